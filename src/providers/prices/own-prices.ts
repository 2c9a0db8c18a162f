import type { Price } from "../../domain/pricing.ts";
import { BEDROCK_PRICES } from "./bedrock-prices.ts";
import { IMAGE_PRICES } from "./image-prices.ts";
import { OCR_PRICES } from "./ocr-prices.ts";
import type { OwnPrice } from "./own-price.ts";
import { REQUEST_FEES } from "./request-fees.ts";
import { RETRIEVAL_PRICES } from "./retrieval-prices.ts";
import { SPEECH_PRICES } from "./speech-prices.ts";

/** Raised with every change of a table of ours; stamped on prices. */
const OWN_VERSION = "tollgate@2026-11-30";

/** Models that the library doesn't have. */
const MODELS = [...IMAGE_PRICES, ...SPEECH_PRICES, ...RETRIEVAL_PRICES, ...BEDROCK_PRICES, ...OCR_PRICES];
/** Models whose price depends on what is made. */
const WITH_VARIANTS = [...MODELS, ...REQUEST_FEES];

interface Asked {
  provider: string;
  model: string;
}

/** Our own price of a model that the library lacks, or null. */
export function ownPrice(asked: Asked): Price | null {
  const row = rowOf(MODELS, asked);
  return row
    ? {
        version: `${OWN_VERSION} ${asked.provider}/${asked.model}`,
        rates: row.rates ?? {},
        tiers: [],
        per_request: 0,
        tool_calls: {},
        ...(row.units && { units: row.units }),
      }
    : null;
}

/**
 * The price of one variant. Words that are left out are the dearest ones; a word that the table doesn't know has no price.
 * A model without variants has one price.
 */
export function variantPrice(
  price: Price,
  { variant = "", ...asked }: Asked & { variant?: string },
): Price | null {
  const variants = rowOf(WITH_VARIANTS, asked)?.variants;
  if (!variants) return price;
  const words = wordsOf(variant);
  const fitting = Object.entries(variants).filter(([name]) => {
    const own = wordsOf(name);
    return words.every((word) => own.includes(word));
  });
  const dearest = fitting.map(([, amounts]) => amounts).sort((one, other) => total(other) - total(one))[0];
  return dearest
    ? { ...price, ...dearest, version: variant === "" ? price.version : `${price.version} ${variant}` }
    : null;
}

function rowOf(rows: OwnPrice[], { provider, model }: Asked): OwnPrice | undefined {
  return rows.find((row) => row.provider === provider && row.model.test(model));
}

function wordsOf(variant: string): string[] {
  return variant
    .toLowerCase()
    .split(" ")
    .filter((word) => word !== "" && word !== "auto");
}

function total({ units = {}, per_request = 0 }: NonNullable<OwnPrice["variants"]>[string]): number {
  return Object.values(units).reduce((sum, rate) => sum + rate, per_request);
}
