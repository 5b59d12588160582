/**
 * Turns HTML from other programs into what a note can hold: marks as elements, lists as lists, table rows as lines.
 *
 * Google Docs, Word and Sheets say bold by style and not by element. The page's content security policy keeps the
 * browser from reading a `style` attribute as style, so the text of the attribute is read here. Pure: HTML to HTML.
 */

/** How a piece of text looks, as far as a note can show it. */
interface Look {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly struck: boolean;
  readonly code: boolean;
}

type Declarations = ReadonlyMap<string, string>;

const PLAIN: Look = { bold: false, italic: false, struck: false, code: false };

/** Elements that are a look and nothing else: read, then taken away. */
const MARKS: { readonly [tag: string]: Partial<Look> } = {
  B: { bold: true },
  STRONG: { bold: true },
  TH: { bold: true },
  I: { italic: true },
  EM: { italic: true },
  CITE: { italic: true },
  S: { struck: true },
  DEL: { struck: true },
  STRIKE: { struck: true },
  CODE: { code: true },
  TT: { code: true },
  SAMP: { code: true },
  KBD: { code: true },
};

const BLOCKS =
  "address, article, aside, blockquote, dd, div, dl, dt, figure, footer, h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, p, pre, section, table, tbody, td, tfoot, th, thead, tr, ul";

/** Stands between the cells of a table's row. A note has no tables; a row stays a line that can be read. */
const BETWEEN_CELLS = " | ";

/** What an ordered list puts before an item: `1.`, `a)`, `(iv)`, `1.2.`; a bulleted list has a sign alone. */
const NUMBER = /^[([]?[\p{L}\p{N}.]+[.)\]:]$/u;

/** Characters of a `style` attribute that are read; programs write some hundred, and longer ones are data. */
const MAX_STYLE = 10_000;

/** Rewrites `body` in place. `sheets`: the texts of the style elements that came with it. */
export function rewrite(body: HTMLElement, sheets: readonly string[]): void {
  const styles = new Styles(sheets);
  for (const node of body.querySelectorAll("*")) if (styles.hides(node)) node.remove();
  unwrapListContainers(body);
  listsFromParagraphs(body, styles);
  levelLists(body);
  checklists(body);
  // Another editor of this kind wrote elements for its marks already, and may hold marks that are unknown here.
  if (!body.querySelector("[data-pm-slice]")) looks(body, styles);
  lines(body);
  spaces(body);
}

// ── styles ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The declarations in the text of a `style` attribute or of a rule. The last one of a name wins. */
export function declarations(text: string): Declarations {
  const found = new Map<string, string>();
  // A `;` in quotes or in brackets, as in `url(data:…;base64,…)`, ends nothing.
  for (const part of text.slice(0, MAX_STYLE).match(/(?:[^;"'(]|"[^"]*"|'[^']*'|\([^)]*\)|["'(])+/g) ?? []) {
    const colon = part.indexOf(":");
    if (colon < 0) continue;
    const name = part.slice(0, colon).trim().toLowerCase();
    const value = part.slice(colon + 1);
    found.set(
      name,
      value
        .replace(/!\s*important/i, "")
        .trim()
        .toLowerCase(),
    );
  }
  return found;
}

/** What the attributes and the classes of elements declare. */
class Styles {
  private readonly classes = new Map<string, Map<string, string>>();
  /** The attributes that were read already. */
  private readonly own = new WeakMap<Element, Declarations>();

  constructor(sheets: readonly string[]) {
    for (const sheet of sheets) {
      const rules = sheet.replace(/<!--|-->|\/\*[\s\S]*?\*\//g, " ").matchAll(/([^{}]+)\{([^{}]*)\}/g);
      for (const [, selectors = "", text = ""] of rules) {
        for (const selector of selectors.split(",")) {
          // Excel and Word style by one class; longer selectors are about layout.
          const name = /^\s*[a-z]*\.([\w-]+)\s*$/i.exec(selector)?.[1];
          if (name === undefined) continue;
          const known = this.classes.get(name) ?? new Map<string, string>();
          for (const [property, value] of declarations(text)) known.set(property, value);
          this.classes.set(name, known);
        }
      }
    }
  }

  /** What an element declares of a property; undefined if nothing. */
  of(node: Element, ...properties: readonly string[]): string | undefined {
    const own = this.own.get(node) ?? declarations(node.getAttribute("style") ?? "");
    this.own.set(node, own);
    for (const property of properties) if (own.has(property)) return own.get(property);
    for (const name of node.classList)
      for (const property of properties) {
        const value = this.classes.get(name)?.get(property);
        if (value !== undefined) return value;
      }
    return undefined;
  }

  hides(node: Element): boolean {
    const isHidden = this.of(node, "display") === "none" || this.of(node, "mso-hide") === "all";
    return isHidden || node.classList.contains("Apple-interchange-newline");
  }

  /** The look inside an element that is in text of the look `outer`. */
  look(node: Element, outer: Look): Look {
    const weight = this.of(node, "font-weight") ?? shorthandWeight(this.of(node, "font"));
    const slant = this.of(node, "font-style");
    const line = this.of(node, "text-decoration-line", "text-decoration");
    const tag = MARKS[node.tagName] ?? {};
    return {
      bold: weight === undefined ? (tag.bold ?? outer.bold) : isHeavy(weight, tag.bold ?? outer.bold),
      italic:
        slant === undefined || slant === "inherit"
          ? (tag.italic ?? outer.italic)
          : /^(italic|oblique)/.test(slant),
      struck:
        line === undefined
          ? (tag.struck ?? outer.struck)
          : line.includes("line-through") || (tag.struck ?? outer.struck),
      code: tag.code ?? outer.code,
    };
  }
}

function isHeavy(weight: string, inherited: boolean): boolean {
  if (weight === "inherit" || weight === "unset") return inherited;
  return weight === "bold" || weight === "bolder" || Number(weight) >= 600;
}

/** The weight that a `font` shorthand sets; undefined if it names none. */
function shorthandWeight(font: string | undefined): string | undefined {
  return font && /(?:^|\s)(bold|bolder|[6-9]00)\s/.exec(font)?.[1];
}

// ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Puts elements for the look of every text, and takes styles and the elements that were a look away. */
function looks(body: HTMLElement, styles: Styles): void {
  const visit = (node: Element, outer: Look) => {
    const look = styles.look(node, outer);
    // Code is shown as it is, and a heading is bold already.
    const inside = node.closest("h1, h2, h3, h4, h5, h6") ? { ...look, bold: false } : look;
    if (node.tagName === "PRE") return;
    for (const child of [...node.childNodes]) {
      if (child.nodeType === 1) visit(child as Element, inside);
      else if (child.nodeType === 3) dress(child as Text, inside);
    }
    node.removeAttribute("style");
    if (node.tagName in MARKS && node.tagName !== "TH") node.replaceWith(...node.childNodes);
  };
  for (const child of [...body.childNodes]) if (child.nodeType === 1) visit(child as Element, PLAIN);
}

function dress(text: Text, look: Look): void {
  if (
    text.data.trim() === "" &&
    text.parentElement?.querySelector(":scope > :is(p, div, ul, ol, li, tr, td)")
  )
    return;
  const tags = [look.bold && "strong", look.italic && "em", look.struck && "s", look.code && "code"];
  let inner: Node = text;
  for (const tag of tags) {
    if (!tag) continue;
    const mark = text.ownerDocument.createElement(tag);
    (inner as ChildNode).replaceWith(mark);
    mark.append(inner);
    inner = mark;
  }
}

// ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Item {
  /** 1 is the outermost. */
  readonly level: number;
  readonly isOrdered: boolean;
  readonly content: readonly Node[];
}

/** Word on the web wraps each item in a list of its own, and each of these in a container. */
function unwrapListContainers(body: HTMLElement): void {
  for (const box of body.querySelectorAll(".ListContainerWrapper")) box.replaceWith(...box.childNodes);
}

/** Word writes list items as paragraphs: what they are is in `mso-list`, and their sign is text. */
function listsFromParagraphs(body: HTMLElement, styles: Styles): void {
  const level = (node: Element | null): number => {
    // A numbered heading stays a heading, and its number the text that it is.
    if (node?.tagName !== "P") return 0;
    return Number(/\blevel(\d)\b/.exec(styles.of(node, "mso-list") ?? "")?.[1] ?? 0);
  };
  for (const first of body.querySelectorAll("p")) {
    if (!body.contains(first) || level(first) === 0) continue;
    const run: Element[] = [];
    for (let next: Element | null = first; level(next) > 0; next = next?.nextElementSibling ?? null)
      if (next) run.push(next);
    const items = run.map((node): Item => {
      const sign = takeSign(node, styles);
      return {
        level: level(node),
        isOrdered: NUMBER.test(sign),
        content: [...node.childNodes],
      };
    });
    first.before(...nested(items, body.ownerDocument));
    for (const node of run) node.remove();
  }
}

/** Takes the sign out of an item, and returns it. */
function takeSign(item: Element, styles: Styles): string {
  const holder = [...item.querySelectorAll("span")].find((span) => styles.of(span, "mso-list") === "ignore");
  holder?.remove();
  return (holder?.textContent ?? "").replace(/[\s\u00a0]+/g, "");
}

/** Lists whose items name their level (Slack, Word on the web), and Google Docs' lists in lists without an item between. */
function levelLists(body: HTMLElement): void {
  const isList = (node: Element | null): node is Element => node?.tagName === "UL" || node?.tagName === "OL";
  const levelIn = (list: Element): number | null => {
    const indent = list.getAttribute("data-indent");
    if (indent !== null) return Number(indent) + 1;
    const item = list.querySelector(":scope > li[data-aria-level]");
    return item ? Number(item.getAttribute("data-aria-level")) : null;
  };
  for (const first of body.querySelectorAll("ul, ol")) {
    if (!body.contains(first) || levelIn(first) === null) continue;
    const run: Element[] = [];
    for (
      let next: Element | null = first;
      isList(next) && levelIn(next) !== null;
      next = next.nextElementSibling
    )
      run.push(next);
    const items = run.flatMap((list) =>
      [...list.children]
        .filter((item) => item.tagName === "LI")
        .map(
          (item): Item => ({
            level: Math.max(1, Number(item.getAttribute("data-aria-level") ?? levelIn(list)) || 1),
            isOrdered: list.tagName === "OL",
            content: [...item.childNodes],
          }),
        ),
    );
    first.before(...nested(items, body.ownerDocument));
    for (const list of run) list.remove();
  }
  for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    const before = list.previousElementSibling;
    if (before?.tagName === "LI") before.append(list);
    else list.replaceWith(...list.childNodes);
  }
}

/** Lists in each other, as the levels say. A level that nothing leads to counts as one below the item before. */
function nested(items: readonly Item[], document: Document): Element[] {
  const roots: Element[] = [];
  let open: { readonly list: Element; readonly level: number }[] = [];
  for (const { level, isOrdered, content } of items) {
    open = open.filter((one) => one.level <= level);
    const top = open.at(-1);
    const tag = isOrdered ? "OL" : "UL";
    let list = top?.level === level && top.list.tagName === tag ? top.list : null;
    if (list === null) {
      if (top?.level === level) open.pop();
      list = document.createElement(tag);
      const parent = open.at(-1)?.list.lastElementChild;
      if (parent) parent.append(list);
      else roots.push(list);
      open.push({ list, level });
    }
    const item = document.createElement("li");
    item.append(...content);
    list.append(item);
  }
  return roots;
}

/** Lists of boxes to tick, as Google Docs, GitHub and Notion write them. */
function checklists(body: HTMLElement): void {
  for (const list of body.querySelectorAll("ul, ol")) {
    const items = [...list.children].filter((item) => item.tagName === "LI");
    const boxOf = (item: Element) =>
      item.querySelector<HTMLElement>(
        ":scope > input[type=checkbox], :scope > label > input[type=checkbox], :scope > p > input[type=checkbox], :scope > p > label > input[type=checkbox]",
      );
    const isBox = (item: Element) => item.getAttribute("role") === "checkbox" || boxOf(item) !== null;
    if (items.length === 0 || !items.every(isBox)) continue;
    list.setAttribute("data-type", "taskList");
    for (const item of items) {
      const box = boxOf(item);
      const isTicked =
        item.getAttribute("aria-checked") === "true" || (box?.hasAttribute("checked") ?? false);
      const after = box?.nextSibling;
      if (after?.nodeType === 3) (after as Text).data = (after as Text).data.trimStart();
      box?.remove();
      for (const sign of item.querySelectorAll(":scope > img")) sign.remove();
      item.setAttribute("data-type", "taskItem");
      item.setAttribute("data-checked", String(isTicked));
    }
  }
}

// ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Makes a paragraph of every row of a table. */
function lines(body: HTMLElement): void {
  // From the inside out, so that a table in a cell is lines before the row that holds it becomes one.
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    const rows = [...table.querySelectorAll("tr")];
    const isLayout = rows.every((row) => row.cells.length <= 1);
    const made: Node[] = [...(table.caption ? [paragraph(table.caption)] : [])];
    for (const row of rows) {
      const cells = [...row.cells];
      // One column is how mail programs lay text out: its content stays as it is.
      if (isLayout)
        made.push(...cells.flatMap((cell) => (hasBlocks(cell) ? [...cell.childNodes] : [paragraph(cell)])));
      else made.push(...line(cells));
    }
    table.replaceWith(...made);
  }
}

const hasBlocks = (node: Element) => node.querySelector(BLOCKS) !== null;

function paragraph(from: Element): Element {
  const made = from.ownerDocument.createElement("p");
  made.append(...from.childNodes);
  return made;
}

/** A row as one paragraph; none for a row without a word. */
function line(cells: readonly HTMLTableCellElement[]): Element[] {
  const filled = cells.map((cell) => cell.textContent?.trim() !== "").lastIndexOf(true);
  const [first] = cells;
  if (!first || filled < 0) return [];
  const made = first.ownerDocument.createElement("p");
  for (const [index, cell] of cells.slice(0, filled + 1).entries()) {
    if (index > 0) made.append(BETWEEN_CELLS);
    flatten(cell);
    made.append(...cell.childNodes);
  }
  return [made];
}

/** Makes one run of text of what a cell holds. */
function flatten(cell: Element): void {
  for (const br of cell.querySelectorAll("br")) br.replaceWith(" ");
  for (const block of cell.querySelectorAll(BLOCKS)) block.replaceWith(...block.childNodes, " ");
  cell.normalize();
  const last = cell.lastChild;
  if (last?.nodeType === 3) (last as Text).data = (last as Text).data.trimEnd();
}

/** Takes away what only keeps blocks apart: an editor has margins for that. */
function spaces(body: HTMLElement): void {
  const isBlock = (node: Element | null) => node?.matches(BLOCKS) ?? false;
  for (const br of body.querySelectorAll("br")) {
    const [before, after] = [br.previousSibling, br.nextSibling];
    const isBetween = isBlock(br.previousElementSibling) || isBlock(br.nextElementSibling);
    const isText = (node: Node | null) => node?.nodeType === 3 && node.textContent?.trim() !== "";
    if (isBetween && !isText(before) && !isText(after)) br.remove();
  }
  for (const block of body.querySelectorAll("p, div"))
    if (
      !block.querySelector("img, br, hr, input") &&
      block.textContent?.trim() === "" &&
      block.textContent !== ""
    )
      block.remove();
}
