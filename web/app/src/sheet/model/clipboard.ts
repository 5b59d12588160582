/**
 * A block of cells as text, the way spreadsheets put it on the clipboard: tabs between cells, newlines between rows,
 * quotes around a cell that holds either.
 */

/** Cells of a pasted text, row by row. A single trailing newline, which spreadsheets add, is no row. */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < source.length; i++) {
    const char = source.charAt(i);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source.charAt(i + 1) === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && cell === "" && closesProperly(source, i)) {
      quoted = true;
    } else if (char === "\t") {
      row.push(cell);
      cell = "";
    } else if (char === "\n") {
      row.push(cell);
      rows.push(row);
      row = [];
      cell = "";
    } else cell += char;
  }
  row.push(cell);
  rows.push(row);
  return rows;
}

/** Whether the quote at `start` is a spreadsheet's: its closing quote is followed by a tab, a newline or the end. */
function closesProperly(text: string, start: number): boolean {
  for (let i = start + 1; i < text.length; i++) {
    if (text.charAt(i) !== '"') continue;
    if (text.charAt(i + 1) === '"') {
      i++;
      continue;
    }
    const after = text.charAt(i + 1);
    return after === "" || after === "\t" || after === "\n";
  }
  return false;
}

/** The text of a block for the clipboard. */
export function formatBlock(rows: readonly (readonly string[])[]): string {
  const asCell = (cell: string) => (/[\t\n"]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  return rows.map((row) => row.map(asCell).join("\t")).join("\n");
}

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@]/;

/** The same block as an HTML table. A cell that begins like a formula says that it is text. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const escaped = (text: string) =>
    text.replace(
      /[&<>"]/g,
      (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
    );
  const asCell = (cell: string) => {
    // Excel reads the format, Google Sheets the value.
    const asText = FORMULA.test(cell)
      ? ` style="mso-number-format:'\\@'" data-sheets-value="${escaped(JSON.stringify({ 1: 2, 2: cell }))}"`
      : "";
    return `<td${asText}>${escaped(cell).replaceAll("\n", '<br style="mso-data-placement:same-cell">')}</td>`;
  };
  const body = rows.map((row) => `<tr>${row.map(asCell).join("")}</tr>`).join("");
  return `<meta charset="utf-8"><table><tbody>${body}</tbody></table>`;
}
