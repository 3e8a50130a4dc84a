"""What hands do with paper: a printed sheet is signed with a pen and laid on a
scanner; what a telephone reads off it.

    sheet = by_hand(pdf, tmp_path / "signed.png")
    codes(sheet)                  # what zbarimg reads, page by page for a PDF
"""
import struct
import subprocess
import zlib

from test_paper_layout import info, words

DPI = 150
DOT = DPI / 25.4  # of a millimetre


def drawn(pdf, page):
    """Width, height and rows of grey bytes, as the printer draws the page."""
    raw = subprocess.run(
        ["pdftoppm", "-gray", "-r", str(DPI), "-f", str(page), "-l", str(page),
         pdf], check=True, stdout=subprocess.PIPE).stdout
    kind, size, most, rest = raw.split(b"\n", 3)
    assert (kind, most) == (b"P5", b"255")
    width, height = map(int, size.split())
    return width, height, [bytearray(rest[y * width:(y + 1) * width])
                           for y in range(height)]


def signature_of(pdf):
    """Page and place, in millimetres, of the line above the signer's name."""
    for number, page in reversed(list(enumerate(words(pdf), 1))):
        for text, left, top, _, _ in page:
            if text.startswith("(") and left > 90:
                return number, left, top - 4
    raise AssertionError(f"nobody signs {pdf}")


def write_png(path, width, height, rows):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"pHYs", struct.pack(">IIB", round(DPI / 0.0254),
                                     round(DPI / 0.0254), 1))
        + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows), 6))
        + chunk(b"IEND", b""))


PEN = [(0, 0), (4, -6), (7, 3), (11, -5), (14, 2), (19, -3), (24, 1), (30, -1)]
PAPER = bytes(40 + v * 200 // 255 for v in range(256))  # no white is white


def by_hand(pdf, path):
    """The page with the signature, signed with a pen and scanned: grey paper,
    laid a little askew. The path of the PNG."""
    page, left, top = signature_of(pdf)
    width, height, rows = drawn(pdf, page)
    for (x0, y0), (x1, y1) in zip(PEN, PEN[1:]):
        for i in range(80):
            x = int((left + x0 + (x1 - x0) * i / 80) * DOT)
            y = int((top + y0 + (y1 - y0) * i / 80) * DOT)
            for row in rows[y:y + 3]:
                row[x:x + 3] = b"\0\0\0"
    askew = []
    for y, row in enumerate(rows):
        off = y * 12 // height
        askew.append(bytes(b"\xff" * off + row[:width - off]).translate(PAPER))
    write_png(path, width, height, askew)
    return path


def codes(file):
    """What a telephone reads off a picture, or off each page of a PDF."""
    pictures = [file.read_bytes()]
    if file.suffix == ".pdf":
        pictures = [subprocess.run(
            ["pdftoppm", "-r", "150", "-png", "-f", str(n), "-l", str(n), file],
            check=True, stdout=subprocess.PIPE).stdout
            for n in range(1, int(info(file)["Pages"]) + 1)]
    found = []
    for picture in pictures:
        found += subprocess.run(
            ["zbarimg", "-q", "--raw", "-"], input=picture,
            stdout=subprocess.PIPE).stdout.decode().split()
    return found


def stands_at(pdf, text, page=1):
    """Left and top, in millimetres, of the first word that begins so."""
    return next((w[1], w[2]) for w in words(pdf)[page - 1]
                if w[0].startswith(text))
