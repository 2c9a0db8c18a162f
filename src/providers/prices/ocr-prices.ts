import { usdEach, type OwnPrice } from "./own-price.ts";

const pages = (usdPerThousand: number, usdPerThousandAnnotated: number) => ({
  units: {
    pages: usdEach(usdPerThousand / 1_000),
    annotated_pages: usdEach(usdPerThousandAnnotated / 1_000),
  },
});

/**
 * Documents that are read by the page. https://docs.mistral.ai/models/ (one page a model) as the price library has it
 * (`input_document_kpages`, 0.1.8 of 2026-11): it doesn't say whether an annotated page costs both, so it does.
 */
export const OCR_PRICES: OwnPrice[] = [
  { provider: "mistral", model: /^mistral-ocr-2505$/, ...pages(1, 3) },
  { provider: "mistral", model: /^mistral-ocr-2512$/, ...pages(2, 3) },
  { provider: "mistral", model: /^mistral-ocr-(?:4-[01]|latest)$/, ...pages(4, 5) },
];
