/** A text with its links as links. They are opened with the pointer or from the cell's menu: Tab goes from cell to cell. */
import { linksIn } from "../../lib/links";
import { Found } from "./Found";

/** `isReachable`: Tab stops at the links, as it does outside the grid. */
export function Linked({ text, isReachable = false }: { text: string; isReachable?: boolean }) {
  if (!/:\/\/|mailto:|www\./i.test(text)) return <Found text={text} />;
  return linksIn(text).map(({ text: words, href }, place) =>
    href ? (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
        key={place}
        className="text-link"
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        tabIndex={isReachable ? undefined : -1}
        draggable={false}
      >
        <Found text={words} />
      </a>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <Found key={place} text={words} />
    ),
  );
}
