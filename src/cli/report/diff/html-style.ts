/** The page's only style. What a colour says, a sign or a word says as well. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d5dae1; --code: #f0f2f5;
  --link: #0b57c2;
  --green: #0f6b2f; --green-bg: #dff5e5; --red: #a8151f; --red-bg: #fde6e7;
  --amber: #7a4b00; --amber-bg: #fdf0d3; --blue: #0b4fa8; --blue-bg: #e2edfc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151a; --card: #1a2027; --text: #e4e8ee; --quiet: #a3adb9; --line: #353e49; --code: #232b34;
    --link: #82b4ff;
    --green: #7fd99a; --green-bg: #15351f; --red: #ff9c9f; --red-bg: #42191c;
    --amber: #f2c46d; --amber-bg: #3a2c0e; --blue: #96c1ff; --blue-bg: #162f52;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, pre { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.sides code { font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
.tiles li, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles li { padding: .75rem 1rem; }
.tiles strong { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .loud { border-color: var(--red); }
.tiles .loud strong { color: var(--red); }
.card { padding: 1rem 1.15rem; margin: 0 0 .75rem; }
.card header { display: flex; flex-wrap: wrap; gap: .35rem .75rem; align-items: baseline; }
.card ul { margin: .5rem 0 0; padding-left: 1.2rem; }
.card li { margin: .15rem 0; overflow-wrap: anywhere; }
.alert { background: var(--red-bg); border: 1px solid var(--red); border-left-width: 6px; border-radius: 10px; padding: .75rem 1.15rem; margin: 1.25rem 0 0; }
.alert strong { color: var(--red); }
.alert h2 { margin: 0; color: var(--red); }
.note { background: var(--amber-bg); border: 1px solid var(--amber); border-left-width: 6px; border-radius: 10px; padding: .5rem 1.15rem; margin: .75rem 0 0; overflow-wrap: anywhere; }
.badge { display: inline-block; border-radius: 999px; padding: .05rem .65rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.reboot, .build-and-reboot, .may-reboot, .moved, .downgraded { color: var(--amber); background: var(--amber-bg); }
.none, .added { color: var(--green); background: var(--green-bg); }
.reverts, .removed { color: var(--red); background: var(--red-bg); }
.edited, .upgraded { color: var(--blue); background: var(--blue-bg); }
.wait { color: var(--quiet); background: var(--code); }
.scroll { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem; }
caption { text-align: left; padding: .6rem .9rem; color: var(--quiet); }
th, td { padding: .45rem .9rem; text-align: left; border-top: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 600; color: var(--quiet); white-space: nowrap; }
tbody th { font-weight: 600; }
.matrix td, .matrix tbody th { white-space: nowrap; }
.matrix tbody th, .matrix thead th:first-child { position: sticky; left: 0; background: var(--card); border-right: 1px solid var(--line); z-index: 1; }
.matrix .has { color: var(--quiet); }
.packages td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 0 0 .75rem; }
details > summary { cursor: pointer; padding: .65rem 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
summary .quiet { font-weight: 400; }
.edits th code { white-space: nowrap; }
details > :not(summary) { margin: 0 1.15rem 1rem; }
details .scroll { border-radius: 8px; }
details.plain { margin-top: .75rem; }
pre { margin: 0; overflow-x: auto; background: var(--code); border-radius: 8px; padding: .6rem 0; }
pre span { display: block; padding: 0 .9rem; min-width: max-content; white-space: pre; }
pre .added, pre .removed { font-weight: 400; }
pre .place { color: var(--quiet); }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1rem; margin: .6rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 3rem; font-size: .875rem; }
@media print { body { max-width: none; padding: 0; } .card, details, .scroll { break-inside: avoid; } }
`;
