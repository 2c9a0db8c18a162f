import { base32 } from "../../ids.ts";
import { digestOf } from "./digest.ts";

// The text of a management token: `tgm_<256 random bits>`. Stored is its SHA-256 only; so many random bits need no salt.

const RANDOM_BYTES = 32;
const HINT_LENGTH = 4;
export const TOKEN = /^tgm_[0-9a-z]{52}$/;

export interface MintedToken {
  secret: string;
  digest: string;
  hint: string;
}

/** `random`: 32 bytes from a cryptographic source. */
export async function mintToken(
  random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)),
): Promise<MintedToken> {
  const secret = `tgm_${base32(random)}`;
  return { secret, digest: await digestOf(secret), hint: secret.slice(-HINT_LENGTH) };
}
