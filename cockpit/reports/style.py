"""How the report's page looks: on a desk, on a phone, in the dark, and on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --card: #f6f7f9; --ink: #1c2024; --soft: #5b6472; --line: #d5dae1;
  --good: #1a7f4b; --bad: #c4242b; --warn: #a15c00; --plain: #5a6b85; --accent: #1f5fbf; --area: #1f5fbf22; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --card: #1d2229; --ink: #e6e9ee; --soft: #9aa5b4;
  --line: #38404b; --good: #4cc38a; --bad: #ff6b6f; --warn: #f0a94a; --plain: #8fa3c4; --accent: #7fb0ff;
  --area: #7fb0ff26; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; background: var(--ground); color: var(--ink);
  max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
small, .soft { color: var(--soft); font-size: .875rem; }
.lead { font-size: 1.15rem; margin: .75rem 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.tile, figure, .box { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem 1rem; }
.tile b { display: block; font-size: 1.25rem; line-height: 1.3; overflow-wrap: normal; }
.tile.good b { color: var(--good); } .tile.bad b { color: var(--bad); } .tile.warn b { color: var(--warn); }
.tile span { color: var(--soft); font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
figure { margin: 0 0 1rem; } figcaption { margin-bottom: .5rem; } figcaption b { margin-right: .75rem; }
.probes { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; }
.probes figure { margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 13px; }
svg .tick { text-anchor: middle; } svg .level, svg .last { text-anchor: end; }
svg .lane { fill: var(--ink); font-size: 13px; } svg .within { fill: var(--ground); font-size: 12px; }
svg .grid, svg .base { stroke: var(--line); fill: none; }
svg .area { fill: var(--area); } svg .line { fill: none; stroke: var(--accent); stroke-width: 2; }
svg .total { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; }
svg .launch-word.before { text-anchor: end; }
svg .launch { stroke: var(--accent); stroke-width: 2; stroke-dasharray: 6 4; } svg .launch-word { fill: var(--accent); }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .warn { fill: var(--warn); }
svg .plain { fill: var(--plain); } svg .nothing { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
svg .slow { fill: var(--plain); opacity: .45; } svg .usual { fill: var(--accent); }
svg .mark { stroke: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .8rem; text-transform: uppercase; letter-spacing: .03em;
  overflow-wrap: normal; }
td:last-child { padding-right: 0; }
td.short { white-space: nowrap; }
tr.alarm td:last-child { color: var(--bad); font-weight: 600; }
ul.items { list-style: none; margin: 0; padding: 0; }
ul.items li { padding: .2rem 0 .2rem 1.75rem; text-indent: -1.75rem; }
ul.items li > * { text-indent: 0; }
ul.items li.depth-1 { margin-left: 1.5rem; } ul.items li.depth-2 { margin-left: 3rem; }
ul.items li.note { color: var(--soft); font-size: .875rem; margin-left: 1.75rem; text-indent: 0; padding-left: .75rem;
  border-left: 2px solid var(--line); }
.sign { display: inline-block; width: 1.75rem; font-weight: 700; text-indent: 0; }
.state { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; font-size: .75rem; font-weight: 600;
  white-space: nowrap; display: inline-block; text-indent: 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .plain { color: var(--soft); }
.killer { font-size: .7rem; font-weight: 700; letter-spacing: .05em; color: var(--bad); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; overflow-x: auto;
  font: .8rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: normal; }
code { font: .85em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) {
  body { padding-top: 1rem; } h1 { font-size: 1.35rem; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; }
  figure { padding: .6rem; }
  .over-time svg text, .over-time svg .lane { font-size: 22px; } .over-time svg .alt, svg .within { display: none; }
  .stack thead { display: none; } .stack tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .stack td { display: inline; border: 0; padding: 0 .5rem 0 0; }
  .stack td.short { color: var(--soft); font-size: .85rem; } .stack td:last-child { display: block; }
  ul.items li.depth-1 { margin-left: .75rem; } ul.items li.depth-2 { margin-left: 1.5rem; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --good: #1a7f4b;
    --bad: #c4242b; --warn: #a15c00; --plain: #5a6b85; --accent: #1f5fbf; --area: #1f5fbf22; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } nav { display: none; }
  h2, h3, h2 + p, figcaption { break-after: avoid; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(5rem, 1fr)); }
  figure, .tile, tr, li, pre { break-inside: avoid; }
  details:not([open]) { display: none; } .box { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } thead { display: table-header-group; }
}
"""
