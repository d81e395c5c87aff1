import { pages } from './panels/index.ts';
import { Header } from './parts/header.tsx';
import { LinkBanner } from './parts/link-banner.tsx';
import { TokenDialog } from './parts/token-dialog.tsx';
import { useServices } from './services.ts';

/** The whole console: a bar on top, what is wrong with the connection, and the page of the route. */
export function App() {
  const { route, access } = useServices();
  const { page } = route.value;
  const Page = pages.find((each) => each.page === page)!.panel;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <LinkBanner />
      {access.wanted.value && <TokenDialog />}
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
    </>
  );
}
