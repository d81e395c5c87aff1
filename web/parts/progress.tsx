/** Something is under way; shows itself only after half a second, so that what is quick does not flicker. */
export function Progress({ text }: { text: string }) {
  return (
    <div class="progress" role="status">
      <i aria-hidden="true" />
      {text}…
    </div>
  );
}
