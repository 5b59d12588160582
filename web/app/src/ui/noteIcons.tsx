/** The icons of the formatting tools, in the page's manner. */
import { Icon, type IconProps } from "./icons";

const letter = (text: string, className: string) => (
  <span className={`note-letter ${className}`} aria-hidden="true">
    {text}
  </span>
);

export const BoldMark = () => letter("B", "note-letter-bold");
export const ItalicMark = () => letter("I", "note-letter-italic");
export const StrikeMark = () => letter("S", "note-letter-strike");
export const LargeMark = () => letter("H1", "note-letter-heading");
export const SmallMark = () => letter("H2", "note-letter-heading");

export const CodeIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />
  </Icon>
);
export const BulletsIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6.5 4h7M6.5 8h7M6.5 12h7M3 4h.01M3 8h.01M3 12h.01" />
  </Icon>
);
export const NumbersIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M7 4h6.5M7 8h6.5M7 12h6.5M2.3 3.2 3.4 2.5v3.3M2.2 10.6c.9-1 2.2-.3 1.5.7l-1.6 1.9h2" />
  </Icon>
);
export const TasksIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m2 4.2 1.2 1.2 2.1-2.3M2 11.2l1.2 1.2 2.1-2.3M8 4.3h5.5M8 11.3h5.5" />
  </Icon>
);
export const LinkIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9" />
  </Icon>
);
export const NoteIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M3 2.5h10v7.2L9.7 13.5H3zM9.5 13.3V9.8H13M5.5 5.5h5M5.5 8h2.5" />
  </Icon>
);
export const HistoryIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M2.6 8a5.4 5.4 0 1 0 1.7-3.9M2.5 2.8v2.6h2.6M8 5.2V8l2 1.4" />
  </Icon>
);
