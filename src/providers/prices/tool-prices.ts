// What one use of a tool that the provider runs costs beyond its tokens, in nano-USD. Published per thousand uses.

interface ToolPrices {
  provider: string;
  model: RegExp;
  tools: Record<string, number>;
}

const perThousand = (usd: number) => Math.round(usd * 1e6);

/**
 * https://developers.openai.com/api/docs/pricing ("Tools"), read 2026-11-30. A container costs this for twenty minutes, by its
 * memory (one gigabyte where nothing else is said); a shorter one costs less, but no answer says how long it ran.
 */
const OPENAI = {
  web_search: perThousand(10),
  file_search: perThousand(2.5),
  code_interpreter: 30_000_000,
  code_interpreter_4g: 120_000_000,
  code_interpreter_16g: 480_000_000,
  code_interpreter_64g: 1_920_000_000,
};

/** https://docs.x.ai/developers/pricing ("Tool Invocation Costs"), read 2026-11-30; the tools' names in the API. */
const XAI = {
  web_search: perThousand(5),
  x_search: perThousand(5),
  code_execution: perThousand(5),
  code_interpreter: perThousand(5),
  attachment_search: perThousand(10),
  collections_search: perThousand(2.5),
  file_search: perThousand(2.5),
  // Live Search, by the source that it used, until it was taken off. https://docs.x.ai/docs/models, 2025-10.
  live_search: perThousand(25),
};

/** The first match holds. What the library lists comes before these. */
const ROWS: ToolPrices[] = [
  // The preview tool costs more where the model doesn't reason; its search's own tokens are free then.
  {
    provider: "openai",
    model: /^(?:ft:)?gpt-(?:3|4)/,
    tools: { ...OPENAI, web_search_preview: perThousand(25) },
  },
  { provider: "openai", model: /./, tools: { ...OPENAI, web_search_preview: perThousand(10) } },
  // https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#usage-and-pricing, 2026-11.
  { provider: "anthropic", model: /./, tools: { web_search: perThousand(10) } },
  // https://ai.google.dev/gemini-api/docs/pricing: by the prompt before Gemini 3, by the query since, read 2026-11-30.
  ...["google", "vertex"].flatMap((provider): ToolPrices[] => [
    // With maps by the prompt, too; since Gemini 3 by the query (14 USD), of which no answer states how many there were.
    {
      provider,
      model: /^gemini-[12][.-]/,
      tools: { google_search: perThousand(35), google_maps: perThousand(25) },
    },
    { provider, model: /^gemini-/, tools: { google_search: perThousand(14) } },
  ]),
  { provider: "xai", model: /./, tools: XAI },
  // https://openrouter.ai/docs/guides/features/plugins/web-search, 2026-11: Exa by the result; a provider's own search at
  // that provider's price, of which this is the greatest (GPT-4.1 at a high context). The answer states what it was.
  {
    provider: "openrouter",
    model: /./,
    // OCR: https://openrouter.ai/docs/guides/overview/multimodal/pdfs, 2026-11.
    tools: { web_result: perThousand(4), web_search: perThousand(50), ocr_page: perThousand(2) },
  },
  // https://groq.com/pricing ("Built-In Tools (GPT-OSS)"), read 2026-11-30: by the search and by the page that is opened.
  // Code costs 0.18 USD an hour, of which no answer states how long it was: it has no price here.
  {
    provider: "groq",
    model: /^openai\/gpt-oss-/,
    tools: { browser_search: perThousand(5), browser_open: perThousand(1) },
  },
  // https://mistral.ai/news/agents-api ("Connectors"), 2025-05; the code, pictures and libraries of agents have none known.
  {
    provider: "mistral",
    model: /./,
    tools: { web_search: perThousand(30), web_search_premium: perThousand(50) },
  },
];

export function toolPrices({ provider, model }: { provider: string; model: string }): Record<string, number> {
  return ROWS.find((row) => row.provider === provider && row.model.test(model))?.tools ?? {};
}
