/** The week's health in one word: what the rows give, or what a person chose in its place. */
import type { Health } from "@cyclesheet/client";
import { useClient, useController, useMayEdit } from "../../sheet/context";
import { HEALTH_WORDS } from "../../sheet/model/health";
import { Popover } from "../../ui/Popover";

const CHOICES = Object.keys(HEALTH_WORDS) as Health[];

interface Props {
  /** What the rows give. */
  readonly derived: Health | null;
  /** Why they give it, as a sentence. */
  readonly reason: string;
}

export function HealthWord({ derived, reason }: Props) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const stated = useClient((state) => state.sheet?.statedHealth);
  const by = useClient((state) => (stated ? (state.sheet?.authors[stated.author] ?? stated.author) : null));
  const health = stated?.health ?? derived;
  if (health === null) return null;
  const rows = derived === null ? "" : `By the rows it is ${HEALTH_WORDS[derived].toLowerCase()}: ${reason}`;
  const why = by === null ? reason : `Chosen by ${by}. ${rows}`;
  const choose = async (word: Health | null) => {
    const { ok } = await controller.send([{ op: "HEALTH_SET", health: word }]);
    if (ok)
      controller.say(
        word === null ? "The rows decide how the week stands." : `The week stands as ${HEALTH_WORDS[word]}.`,
        "good",
      );
  };
  const word = (
    <span
      className="health"
      data-testid="health"
      data-health={health}
      data-stated={stated ? true : undefined}
      title={why}
    >
      {HEALTH_WORDS[health]}
    </span>
  );
  if (!mayEdit) return word;
  return (
    <Popover
      label={`The week: ${HEALTH_WORDS[health]}. Change`}
      testId="health-button"
      className="health-box"
      button={word}
    >
      {(close) => (
        <>
          <p className="muted health-why">{why}</p>
          <ul className="menu-list">
            {CHOICES.map((one) => (
              <li key={one}>
                <button
                  type="button"
                  className="menu-item"
                  aria-current={stated?.health === one || undefined}
                  data-testid={`health:${one}`}
                  onClick={() => {
                    close();
                    void choose(one);
                  }}
                >
                  <span className="health" data-health={one}>
                    {HEALTH_WORDS[one]}
                  </span>
                </button>
              </li>
            ))}
            {stated && (
              <li>
                <button
                  type="button"
                  className="menu-item"
                  data-testid="health:derived"
                  onClick={() => {
                    close();
                    void choose(null);
                  }}
                >
                  Let the rows decide
                </button>
              </li>
            )}
          </ul>
        </>
      )}
    </Popover>
  );
}
