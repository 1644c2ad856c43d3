// The style sheet of the HTML report. Colours are Okabe and Ito's (https://jfly.uni-koeln.de/color/), made darker or
// lighter for contrast; policies differ in dashes too, so that no reader depends on colour.
#pragma once

namespace aia::simulation {

inline constexpr const char* kReportStyle = R"css(
:root{color-scheme:light dark;--page:#fff;--text:#1c2126;--soft:#5b6670;--rule:#d9dee3;--card:#f4f6f8;--demand:#c3cad1;
--short:#c2185b;--fan:#56b4e9;--fan-opacity:.45;--p0:#0068a8;--p1:#a85f00;--p2:#007a5a;--p3:#8c4a78}
@media(prefers-color-scheme:dark){:root{--page:#14181c;--text:#e6eaee;--soft:#9aa6b1;--rule:#343c44;--card:#1e242a;
--demand:#4a545e;--short:#ff5c93;--fan:#2f7fb0;--fan-opacity:.55;--p0:#6cc4f5;--p1:#f0ad3c;--p2:#35c49a;--p3:#dd9cc8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:1.5rem 1rem 3rem;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}
h3{font-size:1rem;margin:0}p{margin:.4rem 0}
.lead{color:var(--soft);margin:0 0 1.2rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.8rem;margin:1rem 0}
.card{background:var(--card);border-radius:.5rem;padding:.7rem .9rem}
.card h3{font-size:.85rem;font-weight:600;color:var(--soft);margin-bottom:.3rem}
.card dl{display:grid;grid-template-columns:auto auto;justify-content:space-between;margin:0;gap:.1rem .8rem}
.card dt,.card dd{margin:0;white-space:nowrap}.card dd{font-weight:600;text-align:right;font-variant-numeric:tabular-nums}
.card .first{font-size:1.2rem}.card dt{align-self:baseline}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}th:last-child,td:last-child{padding-right:0}thead th{font-weight:600;color:var(--soft);font-size:.85rem}
table.facts td{white-space:normal;text-align:left}table.facts th{text-align:left;font-weight:400;color:var(--soft);
white-space:normal;width:40%}
figure{margin:1.2rem 0 .8rem;padding-bottom:1.6rem;break-inside:avoid}figcaption p{color:var(--soft);font-size:.9rem;margin:.1rem 0}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;padding:0;margin:.3rem 0 .6rem;font-size:.85rem}
.legend li{display:flex;align-items:baseline}.key{width:26px;height:12px;margin-right:.4rem;flex:none;align-self:center}
.plot{position:relative;height:15rem;margin:.6rem .9rem 0 3.4rem}
.plot>svg{width:100%;height:100%;display:block;overflow:visible}
.plot span{position:absolute;font-size:.75rem;line-height:1;color:var(--soft);font-variant-numeric:tabular-nums}
.plot .y{right:100%;margin-right:.5rem;transform:translateY(50%)}
.plot .x{top:100%;margin-top:.5rem;transform:translateX(-50%)}
.grid{stroke:var(--rule);stroke-width:1;vector-effect:non-scaling-stroke;fill:none}
.line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.fill{stroke:none}.demand{fill:var(--demand)}.short{fill:var(--short)}
.fan{fill:var(--fan);fill-opacity:var(--fan-opacity)}
.policy0{stroke:var(--p0)}.policy1{stroke:var(--p1);stroke-dasharray:5 2}
.policy2{stroke:var(--p2);stroke-dasharray:2 2}.policy3{stroke:var(--p3);stroke-dasharray:8 2 2 2}
pre{background:var(--card);border-radius:.5rem;padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere}
@media(max-width:40rem){.plot{margin-left:2.6rem;height:12rem}.plot .odd{display:none}h1{font-size:1.35rem}
.card{padding:.6rem .7rem}.card .first{font-size:1rem}.card dl{gap:.1rem .3rem}table{font-size:.85rem}th,td,thead th{padding:.35rem .22rem;font-size:.82rem}}
@media print{:root{color-scheme:light;--page:#fff;--text:#000;--soft:#444;--rule:#bbb;--card:#f4f6f8;--demand:#c3cad1;
--short:#c2185b;--fan:#56b4e9;--fan-opacity:.45;--p0:#0068a8;--p1:#a85f00;--p2:#007a5a;--p3:#8c4a78}
h2,h3{break-after:avoid}tr{break-inside:avoid}body{max-width:none;padding:0 .6rem;font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}.card{padding:.5rem .6rem}
.card .first{font-size:1em}.card dl{gap:0 .3rem}.plot{height:11rem}}
)css";

}  // namespace aia::simulation
