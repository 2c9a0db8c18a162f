/** Redis's patterns (`*`, `?`, `[a-z]`, `[^a]`, `\x`) as a regular expression over byte strings. */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\(.)|\[(\^?)([^\]]*)\]|[^]/g, (token, escaped, negated, set) => {
    if (typeof escaped === "string") return literal(escaped);
    if (typeof set === "string") return set === "" ? "(?!)" : `[${String(negated)}${characters(set)}]`;
    if (token === "*") return ".*";
    return token === "?" ? "." : literal(token);
  });
  return new RegExp(`^${source}$`, "s");
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** The inside of a set: only a dash keeps its meaning. */
function characters(set: string): string {
  return set.replaceAll(/[\\^[\]]/g, String.raw`\$&`);
}
