/** The page that libyaml writes on: where it is, and whether what stands there is only indentation. */
export class Writer {
  text = '';
  column = 0;
  indent = -1;
  /** Whether the last thing written was white space. */
  isAfterSpace = true;
  /** Whether the line has only indentation and indicators yet. */
  isIndentation = true;

  put(char: string): void {
    this.text += char;
    this.column += 1;
  }

  /** A break; of the several that YAML knows, it keeps the one that stands there. */
  break(char = '\n'): void {
    this.text += char;
    this.column = 0;
  }

  /** To the indentation, on a line of its own unless this one has nothing else yet. */
  writeIndent(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.isIndentation || this.column > indent || (this.column === indent && !this.isAfterSpace)) {
      this.break();
    }
    while (this.column < indent) this.put(' ');
    this.isAfterSpace = true;
    this.isIndentation = true;
  }

  /** `-`, `:`, a quote. After `-` and `:` of a block a line still counts as indentation. */
  writeIndicator(indicator: string, { space = true, keepsIndentation = false } = {}): void {
    if (space && !this.isAfterSpace) this.put(' ');
    for (const char of indicator) this.put(char);
    this.isAfterSpace = false;
    this.isIndentation &&= keepsIndentation;
  }
}
