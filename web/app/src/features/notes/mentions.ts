/** Completion of names after `@` in a document: what is offered, and which key chooses. The list is drawn by the page. */
import type { SuggestionOptions, SuggestionProps } from "@tiptap/suggestion";
import { offered, type Person } from "../../lib/mentions";

/** An open completion. */
export interface Offer {
  readonly people: readonly Person[];
  readonly active: number;
  /** Where the name is being typed, in the window's pixels. */
  readonly rect: DOMRect | null;
  readonly choose: (person: Person) => void;
}

type Props = SuggestionProps<Person, { id: string; label: string }>;

/** `people` is asked at every key; `show` draws, null: nothing; `named` receives the chosen user. */
export function mentionOptions(
  people: () => readonly Person[],
  show: (offer: Offer | null) => void,
  named: (id: string) => void,
): Omit<SuggestionOptions<Person, { id: string; label: string }>, "editor"> {
  return {
    char: "@",
    items: ({ query }) => [...offered(people(), query)],
    render: () => {
      let props: Props | null = null;
      let active = 0;
      const put = ({ id, name }: Person) => {
        props?.command({ id, label: name });
        named(id);
      };
      const draw = (next: Props | null) => {
        props = next;
        if (!props || props.items.length === 0) return show(null);
        active = Math.min(active, props.items.length - 1);
        const { items, clientRect } = props;
        show({ people: items, active, rect: clientRect?.() ?? null, choose: put });
      };
      return {
        onStart(started) {
          active = 0;
          draw(started as Props);
        },
        onUpdate: (updated) => draw(updated as Props),
        onExit: () => draw(null),
        onKeyDown({ event }) {
          const items = props?.items ?? [];
          const person = items[active];
          if (!props || !person) return false;
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step !== 0) {
            active = (active + step + items.length) % items.length;
            draw(props);
            return true;
          }
          if (event.key !== "Enter" && event.key !== "Tab") return false;
          put(person);
          return true;
        },
      };
    },
  };
}
