/** Lets everything in that waits for the event loop, signals above all. Without a module of the runtime's to load. */
export function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
