import { BuiltModules } from '../../support/built-modules.ts';

/** The store compiled as it is now. */
export class BuiltStore extends BuiltModules {
  constructor() {
    super(['runtime/store/store-worker', 'runtime/store/worker-store']);
  }

  get worker(): URL {
    return this.url('store-worker');
  }

  /** A compiled file of runtime/store. */
  override url(name: string): URL {
    return super.url(`runtime/store/${name}`);
  }
}
