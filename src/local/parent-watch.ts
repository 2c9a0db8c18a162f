// A process whose parent is killed isn't told. Its parent's id changes, though.

const CHECK_MS = 250;

/** Calls back once, soon after the parent of this process is gone. */
export function onParentDeath(callback: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, CHECK_MS);
  timer.unref();
}
