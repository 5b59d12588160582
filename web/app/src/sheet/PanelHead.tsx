/** The head of a panel beside the sheet: its title, and a button that closes it and leads back to the sheet. */
import { CloseIcon } from "../ui/icons";
import { useController } from "./context";
import { returnToSheet } from "./parts";

/** `closes` names what the button closes, in mid-sentence. */
export function PanelHead({ title, closes }: { title: string; closes: string }) {
  const controller = useController();
  return (
    <header className="details-head">
      <h2>{title}</h2>
      <button
        type="button"
        className="icon-button"
        aria-label={`Close ${closes}`}
        onClick={() => {
          controller.screen.set({ side: null });
          returnToSheet(controller);
        }}
      >
        <CloseIcon />
      </button>
    </header>
  );
}
