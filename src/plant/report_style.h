// plant/report_style.h - the look of report.html: calm on a screen, plain on paper.
#pragma once

#include <string_view>

namespace packtrail::plant {

inline constexpr std::string_view kReportStyle = R"css(
:root{--ink:#1c2733;--soft:#5b6b7b;--line:#dfe5ea;--paper:#fff;--wash:#f5f7f9;--good:#1f7a4d;
--goodwash:#e8f4ed;--bad:#a4322b;--badwash:#fbeae8;--bar:#4c7ea8}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);
font:15px/1.5 "Segoe UI","Helvetica Neue",Arial,"Noto Sans",sans-serif}
main{max-width:62rem;margin:2rem auto;padding:2.5rem 3rem;background:var(--paper);
border:1px solid var(--line);border-radius:10px}
.kicker{margin:0;color:var(--soft);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.1rem 0 0;font-size:1.9rem;line-height:1.2;font-weight:600}
h2{margin:2.2rem 0 .5rem;font-size:1.15rem;font-weight:600}
.sub{margin:.2rem 0 1rem;color:var(--soft)}
.seal{display:inline-block;margin:.2rem 0 1rem;padding:.35rem .8rem;border-radius:999px;
font-weight:600;font-size:.9rem}
.seal.good{background:var(--goodwash);color:var(--good)}
.seal.bad,.bad{background:var(--badwash);color:var(--bad);font-weight:600}
.facts dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.6rem 1.5rem;
margin:0;padding:1rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
dt{color:var(--soft);font-size:.78rem}
dd{margin:0;font-weight:500;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr));gap:.8rem;
margin-top:1.4rem}
.tiles div{padding:.7rem .9rem;background:var(--wash);border-radius:8px}
.tiles strong{display:block;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.8rem}
.rule{margin:.1rem 0 .6rem;color:var(--soft);font-size:.88rem}
table{width:100%;margin:.4rem 0 .8rem;border-collapse:collapse;font-size:.9rem}
th,td{padding:.38rem .6rem;border-bottom:1px solid var(--line);text-align:left;
vertical-align:middle}
thead th{color:var(--soft);font-weight:500;font-size:.78rem}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums}
.bars{width:auto}
.track{fill:var(--wash)}
.bar{fill:var(--bar)}
.mono,pre{font-family:"Cascadia Mono","DejaVu Sans Mono",Consolas,monospace;font-size:.8rem;
overflow-wrap:anywhere}
pre{padding:.8rem 1rem;background:var(--wash);border-radius:8px;white-space:pre-wrap}
.when{white-space:nowrap;color:var(--soft);font-variant-numeric:tabular-nums}
.pictures{display:flex;flex-wrap:wrap;gap:1.5rem}
figure{margin:0}
figure img,.none{display:block;width:14rem;height:14rem;object-fit:contain;background:var(--wash);
border:1px solid var(--line);border-radius:8px;image-rendering:pixelated}
.none{display:grid;place-items:center;color:var(--soft)}
figcaption{margin-top:.3rem;color:var(--soft);font-size:.85rem}
ul{margin:.2rem 0;padding-left:1.1rem}
@media print{body{background:#fff;font-size:11px}main{margin:0;padding:0;border:0;max-width:none}
section,tr,figure{break-inside:avoid}.tiles div,.track,pre{-webkit-print-color-adjust:exact;
print-color-adjust:exact}h2{break-after:avoid}}
)css";

}  // namespace packtrail::plant
