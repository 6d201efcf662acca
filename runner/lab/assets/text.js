// The markup of lessons: paragraphs apart by an empty line, "- " before the entries of a
// list, four spaces before lines of code; in a line `code`, *emphasis* and [a link](URL).

const inline = /`([^`]+)`|\*([^*]+)\*|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)/g;

export function spans(text) {
  const parts = [];
  let at = 0;
  for (const m of text.matchAll(inline)) {
    parts.push(text.slice(at, m.index));
    at = m.index + m[0].length;
    if (m[1]) parts.push(sequence.element("code", "", m[1]));
    if (m[2]) parts.push(sequence.element("em", "", m[2]));
    if (m[3]) {
      const a = sequence.element("a", "", m[3]);
      a.href = m[4];
      a.rel = "noreferrer";
      parts.push(a);
    }
  }
  return [...parts, text.slice(at)];
}

export function blocks(text) {
  return text.trimEnd().split(/\n{2,}/).map(block => {
    const lines = block.split("\n").filter(line => line !== "");
    if (lines.every(line => line.startsWith("    "))) {
      return code(lines.map(line => line.slice(4)).join("\n"));
    }
    if (lines[0]?.startsWith("- ")) {
      const items = block.trim().split(/\n(?=- )/).map(item => item.slice(2).replace(/\s+/g, " "));
      return sequence.element("ul", "", ...items.map(item => sequence.element("li", "", ...spans(item))));
    }
    return sequence.element("p", "", ...spans(lines.join(" ")));
  });
}

// code can be scrolled by keyboard.
export function code(text) {
  const pre = sequence.element("pre", "", sequence.element("code", "", text));
  pre.tabIndex = 0;
  return pre;
}
