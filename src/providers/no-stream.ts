import type { Reading, StreamReader } from "./wire.ts";

export const NOTHING_READ: Reading = { usage: null, complete: false, failed: false, generatedBytes: 0 };

/** The reader of a format that nobody streams. */
export const noStream = (): StreamReader => ({ push: () => "pass", reading: () => NOTHING_READ });
