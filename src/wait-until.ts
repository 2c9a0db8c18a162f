export type WaitUntil = (promise: Promise<unknown>) => void;

/**
 * Tells the runtime of all that one request waits for as one promise, from the first on until none is left: each that it is
 * told of costs it as much as some of our own work does. A failure is told as it comes.
 */
export function waitTogether(waitUntil: WaitUntil): WaitUntil {
  let waiting = 0;
  let done: () => void;
  const ended = () => {
    waiting -= 1;
    if (waiting === 0) done();
  };
  return (promise) => {
    if (waiting === 0) waitUntil(new Promise<void>((resolve) => (done = resolve)));
    waiting += 1;
    promise.then(ended, () => {
      waitUntil(promise);
      ended();
    });
  };
}
