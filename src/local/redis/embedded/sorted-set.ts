// Members in order of (score, member), in chunks: an insert moves at most one chunk, and a rank is found
// by a binary search over chunks and one inside a chunk.

const MAX_CHUNK_LENGTH = 512;

export type Member = { readonly member: string; readonly score: number };

export type SortedSet = {
  size(): number;
  score(member: string): number | undefined;
  /** Adds the member or moves it to another score. */
  put(member: string, score: number): void;
  delete(member: string): boolean;
  /** How many members `isBefore` holds for; it must hold for a prefix of the order. */
  countWhile(isBefore: (member: Member) => boolean): number;
  /** Members with rank from `start` to before `end`. */
  slice(start: number, end: number): Member[];
};

export function createSortedSet(): SortedSet {
  const scores = new Map<string, number>();
  const chunks: Member[][] = [];

  const locate = (isBefore: (member: Member) => boolean): { chunk: number; offset: number } => {
    const chunk = lowerBound(chunks.length, (index) => {
      const last = chunks[index]?.at(-1);
      return last !== undefined && isBefore(last);
    });
    const members = chunks[chunk] ?? [];
    const offset = lowerBound(members.length, (index) => {
      const member = members[index];
      return member !== undefined && isBefore(member);
    });
    return { chunk, offset };
  };

  const insert = (added: Member): void => {
    const { chunk, offset } = locate((member) => isOrderedBefore(member, added));
    // Past the end of all: the last chunk takes it.
    const target = Math.max(0, Math.min(chunk, chunks.length - 1));
    const members = chunks[target];
    if (members === undefined) {
      chunks.push([added]);
      return;
    }
    members.splice(chunk === target ? offset : members.length, 0, added);
    if (members.length > MAX_CHUNK_LENGTH) {
      chunks.splice(target + 1, 0, members.splice(MAX_CHUNK_LENGTH / 2));
    }
  };

  const remove = (removed: Member): void => {
    const { chunk, offset } = locate((member) => isOrderedBefore(member, removed));
    const members = chunks[chunk];
    if (members === undefined) return;
    members.splice(offset, 1);
    if (members.length === 0) chunks.splice(chunk, 1);
  };

  return {
    size: () => scores.size,
    score: (member) => scores.get(member),
    put(member, score) {
      const previous = scores.get(member);
      if (previous === score) return;
      if (previous !== undefined) remove({ member, score: previous });
      scores.set(member, score);
      insert({ member, score });
    },
    delete(member) {
      const score = scores.get(member);
      if (score === undefined) return false;
      scores.delete(member);
      remove({ member, score });
      return true;
    },
    countWhile(isBefore) {
      const { chunk, offset } = locate(isBefore);
      let count = offset;
      for (let index = 0; index < chunk; index++) count += chunks[index]?.length ?? 0;
      return count;
    },
    slice(start, end) {
      const result: Member[] = [];
      let rank = 0;
      for (const members of chunks) {
        if (rank >= end) break;
        if (rank + members.length > start) {
          result.push(...members.slice(Math.max(0, start - rank), end - rank));
        }
        rank += members.length;
      }
      return result;
    },
  };
}

function isOrderedBefore(a: Member, b: Member): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

/** The first index that `isBefore` doesn't hold for. */
function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
