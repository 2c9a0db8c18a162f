// The model in a path of Google's: `/v1beta/models/{model}:generateContent`. Pure. Only plain characters make a model, so
// that what is read here is what Google reads: a path with anything encoded in it is no route, and so isn't metered.

/** A model's name in a path, as the source of a pattern. */
export const MODEL_PATTERN = "[A-Za-z0-9][A-Za-z0-9._@-]*";

const NAMED = new RegExp(`^(.*/)(models|tunedModels)/(${MODEL_PATTERN})(:[A-Za-z]+)$`);
const TUNED = "tunedModels/";

/** Null where no model can be read for certain. A tuned model keeps its collection: it has a price of its own. */
export function modelIn(path: string): string | null {
  const [, , collection, model] = NAMED.exec(path) ?? [];
  if (model === undefined) return null;
  return collection === "models" ? model : TUNED + model;
}

/** The path with another model in it. Whatever the model is named, it stays one segment and no other method. */
export function pathWithModel(path: string, model: string): string {
  const [, before, , , method] = NAMED.exec(path) ?? [];
  if (before === undefined || method === undefined) throw new TypeError("no model stands in this path");
  const [collection, name] = model.startsWith(TUNED)
    ? [TUNED, model.slice(TUNED.length)]
    : ["models/", model];
  return before + collection + encodeURIComponent(name).replaceAll("%40", "@") + method;
}
