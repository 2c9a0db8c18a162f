const MISSING = "the stream ended before";

export interface RestOfStream {
  /** What came so far. */
  text(): string;
  /** Reads to the end; rejects where the stream breaks off. */
  end(): Promise<string>;
}

/** Reads a response until its text holds `wanted` this many times. */
export async function readUntil(response: Response, wanted: string, times = 1): Promise<RestOfStream> {
  if (!response.body) throw new Error("the response has no body");
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const readMore = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (!done) text += decoder.decode(value, { stream: true });
    return !done;
  };
  while (text.split(wanted).length <= times) {
    if (!(await readMore())) throw new Error(`${MISSING} ${wanted}: ${text}`);
  }
  return {
    text: () => text,
    async end() {
      while (await readMore());
      return text;
    },
  };
}
