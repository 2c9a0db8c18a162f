/** What a price depends on beside the model. Pure. */
export interface PriceOptions {
  /**
   * The service tier that was asked for, or that the answer states, in the provider's words: "flex", "priority", "fast".
   * Several at once are joined by a space ("fast us").
   */
  tier?: string;
  /** Of what is made: a picture's quality and size ("hd 1024x1792"). */
  variant?: string;
}
