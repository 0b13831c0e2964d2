"""The style of the page: light and dark, screen and paper; every meaning of a colour stands beside it in words."""

CSS = """
:root{color-scheme:light dark;
--page:#f7f7f5;--card:#fff;--ink:#1d2126;--soft:#59616b;--line:#e2e4e7;--code:#f4f5f6;
--bad:#b3261e;--bad-soft:#fdeeec;--good:#1a7035;--good-soft:#eaf6ed;--warn:#855800;--warn-soft:#fdf5df;--tint:#22577a;--tint-soft:#e8f1f7}
@media (prefers-color-scheme:dark){:root{
--page:#131519;--card:#1a1d23;--ink:#e6e8eb;--soft:#a0a8b2;--line:#2d323a;--code:#14171b;
--bad:#ff8a80;--bad-soft:#33191a;--good:#6ccf86;--good-soft:#16291c;--warn:#e8bd57;--warn-soft:#2e2613;--tint:#8fc1e3;--tint-soft:#182733}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:58rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
h1{font-size:1.5rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin:.9rem 0 .5rem}
h2{font-size:1.2rem;margin:0 0 .25rem;font-weight:650}
h3{font-size:.8rem;margin:1.9rem 0 .7rem;font-weight:650;color:var(--soft);
text-transform:uppercase;letter-spacing:.07em}
p{margin:0}
ol,ul{margin:0;padding:0;list-style:none}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
pre{margin:0;padding:.7rem .9rem;background:var(--code);border:1px solid var(--line);border-radius:6px;
white-space:pre-wrap;line-height:1.5;font-size:.86rem}
pre code{font-size:inherit}
pre.command{white-space:pre;overflow-x:auto}
.top{display:flex;flex-wrap:wrap;gap:.5rem .9rem;align-items:center}
.badge{font-weight:650;padding:.12rem .7rem;border-radius:99px;font-size:.9rem;white-space:nowrap}
.bad{color:var(--bad);background:var(--bad-soft)}
.good{color:var(--good);background:var(--good-soft)}
.warn{color:var(--warn);background:var(--warn-soft)}
.sure{color:var(--tint);background:var(--tint-soft)}
.off{color:var(--soft);background:var(--code)}
.soft{color:var(--soft)}
.answer{color:var(--soft);font-size:.95rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.4rem 1.6rem 1.6rem;
margin-top:1.25rem}
section>h3:first-child{margin-top:0}
.picture{overflow-x:auto;padding:1.1rem 1.2rem .7rem}
svg.way{display:block;max-width:100%;height:auto;margin:0 auto}
svg .box{fill:var(--card);stroke:var(--line);stroke-width:1.5}
svg .box.open{stroke:var(--good)}
svg .box.broken{fill:var(--bad-soft);stroke:var(--bad)}
svg .box.unknown{stroke:var(--soft);stroke-dasharray:4 4}
svg .line{fill:none;stroke-width:2}
svg .line.open{stroke:var(--good)}svg .head.open{fill:var(--good)}
svg .line.broken{stroke:var(--bad);stroke-dasharray:5 4}svg .head.broken{fill:var(--bad)}
svg .line.unknown{stroke:var(--soft);stroke-dasharray:2 4}svg .head.unknown{fill:var(--soft)}
svg .disc.broken{fill:var(--bad)}svg .disc.unknown{fill:var(--card);stroke:var(--soft);stroke-width:1.5}
svg .cross{fill:none;stroke:var(--card);stroke-width:2.4;stroke-linecap:round}
svg text{fill:var(--ink);font-size:14px}
svg .name{font-weight:600}
svg .mid{text-anchor:middle}
svg .role{fill:var(--soft);font-size:11px;letter-spacing:.05em;text-transform:uppercase}
svg .address{fill:var(--soft);font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:12px}
svg .note{fill:var(--soft);font-size:12px}svg .note.broken{fill:var(--bad);font-weight:600}
svg .sign{fill:var(--soft);font-weight:700}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:.9rem 0 0;font-size:.95rem}
dt{color:var(--soft)}dd{margin:0}
.cause{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:baseline}
.cause h2 code{font-size:.95em}
.chain li{position:relative;padding:0 0 1.3rem 2rem}
.chain li::before{content:"";position:absolute;left:.32rem;top:.36rem;width:.8rem;height:.8rem;border-radius:50%;
border:2px solid var(--tint);background:var(--tint)}
.chain li.suspected::before{border-color:var(--warn);background:var(--card)}
.chain li::after{content:"";position:absolute;left:.71rem;top:1.5rem;bottom:-.05rem;border-left:2px solid var(--line)}
.chain li:last-child{padding-bottom:0}.chain li:last-child::after{display:none}
.says{font-weight:600}
.about{font-size:.9rem;color:var(--soft)}
.about code{font-size:.94em}
.proven-word{color:var(--tint);font-weight:600}.suspected-word{color:var(--warn);font-weight:600}
details{margin-top:.45rem}details>ul{margin-top:.5rem}
summary{cursor:pointer;color:var(--tint);font-size:.9rem;border-radius:4px;width:fit-content}
summary:focus-visible,.picture:focus-visible,pre:focus-visible{outline:2px solid var(--tint);outline-offset:3px}
figure{margin:.6rem 0 0}
figcaption{font-size:.85rem;color:var(--soft);margin-bottom:.25rem}
.fixes{counter-reset:fix}
.fixes>li{counter-increment:fix;padding-left:2rem;position:relative;margin-bottom:1.2rem}
.fixes>li:last-child{margin-bottom:0}
.fixes>li::before{content:counter(fix) ".";position:absolute;left:.3rem;font-weight:600;color:var(--soft)}
.fixes pre{margin-top:.5rem}
.fixes .title{font-weight:600}
.risk{color:var(--soft);font-weight:400;font-size:.9rem;margin-left:.4rem}
.add{color:var(--good)}.drop{color:var(--bad)}.file{color:var(--soft)}
.what{font-weight:600}
.plain li{margin-bottom:.55rem}.plain li:last-child{margin-bottom:0}.plain pre{margin-top:.4rem}
table{width:100%;border-collapse:collapse;font-size:.95rem}
th,td{text-align:left;padding:.5rem .9rem .5rem 0;border-top:1px solid var(--line);vertical-align:top;font-weight:400}
tr:first-child th,tr:first-child td{border-top:0}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody th{white-space:nowrap}
td:last-child{width:100%;padding-right:0}
.state{display:inline-block;font-size:.82rem;font-weight:600;padding:.02rem .55rem;border-radius:99px;
white-space:nowrap}
footer{color:var(--soft);font-size:.85rem;margin-top:1.6rem}
@media (max-width:36rem){main{padding:1.25rem .9rem}section{padding:1.1rem}h1{font-size:1.35rem}
tbody th{white-space:normal}svg.way{max-width:none}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--code:#fff;
--bad:#a11;--bad-soft:#fff;--good:#162;--good-soft:#fff;--warn:#640;--warn-soft:#fff;--tint:#000;--tint-soft:#fff}
body{font-size:10.5pt}main{max-width:none;padding:0}section{border-width:0 0 1px;border-radius:0;padding:.6rem 0 1rem;
margin-top:.6rem}.badge,.state{border:1px solid}details::details-content{content-visibility:visible;height:auto}
pre.command{white-space:pre-wrap}li,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}}
"""
