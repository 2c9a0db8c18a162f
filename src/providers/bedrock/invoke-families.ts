// Which body a model takes in InvokeModel, as far as money needs it. Pure data.
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html

export interface Family {
  name: "claude" | "nova" | "chat" | "text" | "embedding" | "rerank" | "unknown";
  /** The members that limit the output of one answer; where a model may obey more than one, the greatest counts. */
  limits: readonly (readonly string[])[];
  /** The member that says how many answers are generated. */
  choices?: string;
}

/** The first match holds; a region's prefix may stand before each. */
const FAMILIES: [model: RegExp, family: Family][] = [
  [/anthropic\.claude/, { name: "claude", limits: [["max_tokens"], ["max_tokens_to_sample"]] }],
  [/amazon\.titan-embed|amazon\.nova-.*embeddings|cohere\.embed/, { name: "embedding", limits: [] }],
  [/(?:amazon|cohere)\.rerank/, { name: "rerank", limits: [] }],
  // Pictures and films, sound in both directions: charged otherwise, and not known here.
  [/amazon\.(?:nova-(?:canvas|reel|sonic|.*-sonic)|titan-image)/, { name: "unknown", limits: [] }],
  [
    /amazon\.nova/,
    {
      name: "nova",
      limits: [
        ["inferenceConfig", "max_new_tokens"],
        ["inferenceConfig", "maxTokens"],
      ],
    },
  ],
  [/amazon\.titan-(?:text|tg1)/, { name: "text", limits: [["textGenerationConfig", "maxTokenCount"]] }],
  [/meta\.llama/, { name: "text", limits: [["max_gen_len"]] }],
  [/cohere\.command-(?:text|light)/, { name: "text", limits: [["max_tokens"]], choices: "num_generations" }],
  [/cohere\.command/, { name: "chat", limits: [["max_tokens"]] }],
  [/ai21\.j2/, { name: "text", limits: [["maxTokens"]], choices: "numResults" }],
  [/ai21\.jamba/, { name: "chat", limits: [["max_tokens"]], choices: "n" }],
  // OpenAI's body, or (older Mistral, DeepSeek R1) a prompt with the same limit.
  [
    /(?:^|\.)(?:mistral|deepseek|openai|qwen|moonshot(?:ai)?|minimax|zai|nvidia|google|writer)\./,
    { name: "chat", limits: [["max_tokens"], ["max_completion_tokens"]], choices: "n" },
  ],
];

/**
 * A model whose id says nothing (an alias, an application's own profile, an imported model), or whose body isn't known here:
 * which limit it obeys can't be told, so its greatest answer is what is held, and no clamp is made.
 */
const UNKNOWN: Family = { name: "unknown", limits: [] };

export function familyOf(model: string): Family {
  // Of other ARNs the text behind is a name that somebody gave.
  if (model.startsWith("arn:")) return UNKNOWN;
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? UNKNOWN;
}
