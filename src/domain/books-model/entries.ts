import type { Entry, EntryLine, Sequence } from "../../store/packed.ts";
import type { Books } from "./books.ts";

// The next entry of the outbox. Pure, but for the books it is given to change.

export interface EntryDraft {
  kind: Entry["kind"];
  holdId: string;
  to: number;
  delta: number;
  atMs: number;
  nonce: string;
  lines: EntryLine[];
  facts: string;
}

/** Appends an entry under the next sequence, and says which. */
export function append(books: Books, draft: EntryDraft): Sequence {
  const { meta } = books;
  if (!meta) throw new Error("books without a meta value take no entry");
  meta.n += 1;
  meta.out += 1;
  const sequence = { epoch: meta.epoch, n: meta.n };
  const { nonce, ...rest } = draft;
  const id = `${draft.holdId}.${draft.kind}`;
  // The nonce tells apart what was sent before a loss of memory and what was sent again after it.
  const tag = `${sequence.epoch}.${sequence.n}/${id}/${draft.delta}/${nonce}`;
  books.outbox.push({ ...rest, tag, id, sequence });
  return sequence;
}
