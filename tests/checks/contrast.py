#!/usr/bin/python3
"""Contrast of the colours that stand on each other, in both themes (WCAG 2.2:
text 4.5:1, edges and marks 3:1). contrast.py pratu.css dark.css"""
import re
import sys

TEXT = [
    ('ink', 'ground sheet code second'), ('quiet', 'ground sheet code'),
    ('heading', 'ground sheet'), ('link', 'ground sheet code'),
    ('link-over', 'ground sheet code'), ('error', 'ground sheet'),
    ('on-brand', 'brand brand-deep'), ('brand-quiet', 'brand brand-deep'),
    ('gold', 'brand brand-deep'), ('on-act', 'act act-over'),
    ('on-danger', 'danger danger-over'), ('ink', 'second second-over'),
    ('on-neutral', 'neutral'), ('on-info', 'info'), ('on-wait', 'wait'),
    ('on-good', 'good'), ('on-bad', 'bad'),
]
EDGES = [
    ('edge', 'ground sheet'), ('error', 'ground sheet'),
    ('act', 'ground sheet'), ('on-good', 'ground'), ('on-info', 'ground'),
    ('on-wait', 'ground'),
]
DARK_ON_GOLD = '#1c2133'


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def palette(css):
    block = re.search(r':root\s*\{([^}]*)\}', css)
    if not block:
        sys.exit('no :root in the style sheet')
    return dict(re.findall(r'--([a-z-]+):\s*(#[0-9a-f]{6});', block.group(1)))


def luminance(colour):
    def linear(c):
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
    r, g, b = (linear(int(colour[i:i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    a, b = sorted((luminance(a), luminance(b)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def check(theme, colours):
    bad = []
    pairs = [(f, g, 4.5) for f, gs in TEXT for g in gs.split()]
    pairs += [(f, g, 3.0) for f, gs in EDGES for g in gs.split()]
    lowest = {4.5: 99.0, 3.0: 99.0}
    for front, ground, least in pairs:
        c = contrast(colours[front], colours[ground])
        lowest[least] = min(lowest[least], c)
        if c < least:
            bad.append(f'{theme}: {front} on {ground} is {c:.2f}, not {least}')
    if contrast(colours['gold'], DARK_ON_GOLD) < 4.5:
        bad.append(f'{theme}: dark letters on gold')
    # One of the two colours of the focus stands out from whatever is under it.
    for ground in ('ground', 'sheet', 'brand', 'act', 'second', 'danger'):
        best = max(contrast(colours[c], colours[ground])
                   for c in ('focus', 'focus-edge'))
        if best < 3:
            bad.append(f'{theme}: the focus on {ground} is {best:.2f}')
    print(f'{theme}: {len(pairs)} pairs, text at least {lowest[4.5]:.2f}, '
          f'edges at least {lowest[3.0]:.2f}')
    return bad


def main():
    css = read(sys.argv[1])
    light, dark = palette(css), palette(read(sys.argv[2]))
    bad = check('light', light) + check('dark', {**light, **dark})
    if set(dark) - set(light):
        bad.append(f'only in the dark: {set(dark) - set(light)}')
    used = set(re.findall(r'var\(--([a-z-]+)\)', css))
    missing = used - set(light) - {'shadow'}
    if missing:
        bad.append(f'not in the palette: {", ".join(sorted(missing))}')
    unused = set(light) - used
    if unused:
        bad.append(f'never used: {", ".join(sorted(unused))}')
    for line in bad:
        print(line)
    return 1 if bad else 0


sys.exit(main())
