// Hashes of plain values, 53 bits in two lanes.

const texts = new Map<string, number>();
const LANE = 4_294_967_296;

/** Objects are told apart by their values in the order of their fields, so each kind is made in one shape. */
export function hashOf(value: object): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (const key in value) {
    const part = partOf((value as Record<string, unknown>)[key]); // Its own key.
    low = Math.imul(low ^ part, 2_654_435_761);
    low ^= low >>> 15;
    high = Math.imul(high ^ part ^ (part / LANE), 1_597_334_677);
    high ^= high >>> 13;
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return (high & 2_097_151) * LANE + (low >>> 0);
}

/** A number that stands for any value. */
export function partOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "object" && value !== null) return hashOf(value);
  if (typeof value === "string") return hashOfText(value);
  return value === null ? 0x30000 : value === true ? 0x30001 : 0x30002;
}

function hashOfText(text: string): number {
  const before = texts.get(text);
  if (before !== undefined) return before;
  const hash = hashOf(Array.from(text, (character) => character.charCodeAt(0)));
  texts.set(text, hash);
  return hash;
}

/** A set of hashes; 0 is not one. Open addressing, half full at most. */
export class HashSet {
  #slots = new Float64Array(1 << 14);
  #size = 0;

  /** False where it was there already. */
  add(hash: number): boolean {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    const isNew = this.#put(hash);
    if (isNew) this.#size += 1;
    return isNew;
  }

  #put(hash: number): boolean {
    const mask = this.#slots.length - 1;
    for (let i = hash >>> 0; ; i++) {
      const at = this.#slots[i & mask];
      if (at === hash) return false;
      if (at === 0) {
        this.#slots[i & mask] = hash;
        return true;
      }
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(before.length * 2);
    for (const hash of before) if (hash !== 0) this.#put(hash);
  }
}
