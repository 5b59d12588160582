/** What one does now and then: the sheet as a file, the people, what the model was told, the connection. */
import type { ReactNode } from "react";
import { useState } from "react";
import type { ExportFormat } from "../session/api";
import { useApi } from "../session/context";
import { useClient, useController } from "../sheet/context";
import type { Side } from "../sheet/screen";
import {
  DownloadIcon,
  FlagIcon,
  HelpIcon,
  MembersIcon,
  MenuIcon,
  PlugIcon,
  PrintIcon,
  SparkIcon,
} from "../ui/icons";
import { Popover } from "../ui/Popover";

const FORMATS: readonly (readonly [ExportFormat, string])[] = [
  ["csv", "CSV, for spreadsheets"],
  ["md", "Markdown, for documents"],
  ["json", "JSON, for programs"],
];

export function Menu() {
  const controller = useController();
  const role = useClient((state) => state.role);
  const open = (side: Side) => controller.screen.set({ side });
  return (
    <Popover label="Menu" testId="menu" align="end" button={<MenuIcon />}>
      {(close) => {
        const item = (icon: ReactNode, text: string, testId: string, run: () => void) => (
          <li>
            <button
              type="button"
              className="menu-item"
              data-testid={testId}
              onClick={() => {
                close();
                run();
              }}
            >
              {icon} {text}
            </button>
          </li>
        );
        return (
          <>
            <h2 className="popover-title">Save this week as a file</h2>
            <ul className="menu-list">
              {FORMATS.map(([format, words]) => (
                <ExportItem key={format} format={format} words={words} onDone={close} />
              ))}
            </ul>
            <h2 className="popover-title">This week</h2>
            <ul className="menu-list">
              {item(<FlagIcon />, "What changed since last week", "menu-since", () => open("since"))}
              {item(<MembersIcon />, "People and roles", "menu-members", () => open("members"))}
              {role === "admin" &&
                item(<SparkIcon />, "What the model was told", "menu-audit", () => open("audit"))}
              {item(<PrintIcon />, "Print, or save as PDF", "menu-print", () => window.print())}
              {item(<PlugIcon />, "Check the connection", "menu-diagnosis", () =>
                controller.screen.set({ diagnosis: true }),
              )}
              <li>
                <a
                  className="menu-item"
                  href="guide.html"
                  target="_blank"
                  rel="noreferrer"
                  data-testid="menu-guide"
                  onClick={close}
                >
                  <HelpIcon /> The guide
                </a>
              </li>
            </ul>
          </>
        );
      }}
    </Popover>
  );
}

function ExportItem({ format, words, onDone }: { format: ExportFormat; words: string; onDone: () => void }) {
  const api = useApi();
  const controller = useController();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const { name, file } = await api.export(format);
      download(name, file);
      const { unsaved } = controller.client.getState();
      controller.say(
        unsaved > 0 ? `${name} is saved, without your ${unsaved} unsaved edits.` : `${name} is saved.`,
        "good",
      );
      onDone();
    } catch (error) {
      controller.say(error instanceof Error ? error.message : "The file could not be made.", "bad");
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <button
        type="button"
        className="menu-item"
        data-testid={`export:${format}`}
        aria-disabled={busy || undefined}
        onClick={() => void save()}
      >
        <DownloadIcon /> {busy ? "Preparing…" : words}
      </button>
    </li>
  );
}

/** Hands a file to the browser. The address is the file's own and lives as long as the click. */
function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the file by the next turn.
  setTimeout(() => URL.revokeObjectURL(url));
}
