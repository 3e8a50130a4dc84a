#!/usr/bin/python3
"""The template compiler: what it writes, what it refuses, and what the C
compiler refuses for it.  tmplc.py TMPLC ROOT CC…

CC… is the compiler with the folder of messages.h (-I)."""
import os
import re
import subprocess
import sys
import tempfile

TMPLC, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CC = sys.argv[3:] + ['-std=c17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-Wno-unused-parameter',
                     '-I' + ROOT + '/src', '-I' + ROOT, '-I.', '-fsyntax-only']
HEADER = '''#include "base/str.h"
#include "templates/view.h"
struct thing { int64_t id; struct str name; struct url link; struct html body;
               int plain; bool on; };
'''
BEGIN = ('{% include "x.h" %}{% page p(struct buf *o, const struct view *v, '
         'const struct thing *t) %}\n')
number = 0
failed = 0


def check(name, problem):
    global number, failed
    number += 1
    failed += problem is not None
    print(f'{"ok" if problem is None else "not ok"} {number} - {name}')
    if problem is not None:
        print('# ' + problem.replace('\n', '\n# '))


def compile_template(text, begin=BEGIN):
    with open('t.html', 'w', encoding='utf-8') as f:
        f.write(begin + text)
    for name in ('t.c', 't.h'):
        if os.path.exists(name):
            os.remove(name)
    return subprocess.run([TMPLC, 't.html', 't.c', 't.h'], text=True,
                          capture_output=True, check=False, timeout=10)


def compile_c():
    return subprocess.run(CC + ['t.c'], text=True, capture_output=True,
                          check=False, timeout=60)


def calls():
    """What the page does, without the line numbers and literal texts."""
    with open('t.c', encoding='utf-8') as f:
        return re.findall(r'\b(?:html_|page_)\w+\(o, .*?\);', f.read())


def good(name, text, *wanted, begin=BEGIN):
    done = compile_template(text, begin)
    if done.returncode:
        check(name, done.stderr)
        return
    c = compile_c()
    if c.returncode:
        check(name, c.stderr)
        return
    missing = [w for w in wanted if w not in calls()]
    check(name, f'{missing} not in {calls()}' if missing else None)


def refused(name, text, line, words, begin=BEGIN):
    """tmplc itself says no: in that line of the file, with these words."""
    done = compile_template(text, begin)
    if done.returncode == 0:
        check(name, 'accepted')
    elif not done.stderr.startswith(f't.html:{line}: error: '):
        check(name, done.stderr)
    elif words not in done.stderr:
        check(name, f'{words!r} is not in: {done.stderr}')
    elif os.path.exists('t.c') or os.path.exists('t.h'):
        check(name, 'wrote in spite of it')
    else:
        check(name, None)


def refused_by_c(name, text, line, begin=BEGIN):
    """tmplc takes it, the C compiler does not, at the template's line."""
    done = compile_template(text, begin)
    if done.returncode:
        check(name, 'tmplc: ' + done.stderr)
        return
    c = compile_c()
    if c.returncode == 0:
        check(name, 'accepted')
    else:
        check(name, None if f't.html:{line}' in c.stderr else c.stderr)


def places():
    good('text', '<p>{{ t->name }}</p>', 'html_text(o, t->name);')
    good('numbers and html', '{{ t->id }}{{ t->body }}',
         'html_text(o, t->id);', 'html_text(o, t->body);')
    good('attributes', '<p title="{{ t->name }}" class=\'a {{ t->id }}\'>x</p>',
         'html_attr(o, t->name);', 'html_attr(o, t->id);')
    good('title and textarea take no html',
         '<title>{{ t->name }}</title><textarea>\n{{ t->name }}</textarea>',
         'html_attr(o, t->name);')
    good('urls', '<a href="{{ t->link }}">x</a>'
         '<a href="/a/{{ t->name }}/b?q={{ t->name }}&amp;n={{ t->id }}">y</a>'
         '<a href="#x-{{ t->name }}">z</a><img src="/i/{{ t->id }}" alt="">',
         'html_url(o, t->link);', 'html_url_path(o, t->name);',
         'html_url_query(o, t->name);', 'html_url_query(o, t->id);',
         'html_url_path(o, t->id);')
    good('a query after a struct url', '<a href="{{ t->link }}?p={{ t->id }}">'
         'x</a>', 'html_url(o, t->link);', 'html_url_query(o, t->id);')
    good('literal links', '<a href="https://example.ac.th/x">a</a>'
         '<a href="mailto:a@example.ac.th">b</a><a href="/">c</a>'
         '<a href="/?x=1">d</a><a href="">e</a>')
    good('boolean attributes in blocks', '<input {% c if (t->on) { %}checked'
         '{% } %}><input{% c if (t->on) { %} checked{% } else { %} disabled'
         '{% } %} name="x">')
    good('a query in a block', '<a href="/x{% c if (t->on) { %}?a={{ t->id }}'
         '{% } %}">x</a>', 'html_url_query(o, t->id);')
    good('a path in both branches', '<a href="{% c if (t->on) { %}/a'
         '{% } else { %}/b{% } %}/{{ t->id }}">x</a>',
         'html_url_path(o, t->id);')


def commands():
    good('blocks', '{% c for (int i = 0; i < 3; i++) { %}\n'
         '{% c if (i == 1) { continue; } if (t->on) { %}a{% } else if (i) { %}b'
         '{% } else { %}c{% } %}\n{% } %}')
    good('switch', '{% c switch (t->id) { %}\n{% c case 1: %}<b>one</b>'
         '{% c break; %}\n{% c default: %}many\n{% c break; %}\n{% } %}')
    good('strings with marks', '{{ STR("}} %} \\" #}") }}'
         '{% c struct str s = STR("%} {"); %}{{ s }}')
    good('messages', '{{ t: layout.skip }}<p title="{{ t: layout.page-number |'
         ' t->name }}">{{ t: layout.file-large | t->name, STR(",") }}</p>',
         'html_text(o, msg_text(v->lang, MSG_layout_skip));',
         'html_attr(o, html_msg1(v->arena, v->lang, MSG_layout_page_number, '
         't->name));',
         'html_text(o, html_msg2(v->arena, v->lang, MSG_layout_file_large, '
         't->name, STR(",")));')
    good('calls', '{% c if (t->on) { %}{% call p(o, v, &(const struct thing){'
         ' .id = 1 }) %}{% } %}',
         'page_p(o, v, &(const struct thing){ .id = 1 });')
    good('comments', "{# it's not {% c } %} #}a{# {{ x }} #}")
    good('two pages', 'a\n{% page q(struct buf *o) %}\nb')
    good('an svg', '<svg viewBox="0 0 9 9"><rect width="{{ t->id }}%"/>'
         '<text>{{ t->name }}</text></svg>', 'html_attr(o, t->id);')


def bad_places():
    x = '{{ t->name }}'
    no = 'no expression can stand here'
    refused('in script', f'<script>{x}</script>', 2, no)
    refused('a script', '<script>\nalert(1)</script>', 3, 'app.js')
    refused('in onclick', f'\n<b onclick="{x}">', 3, 'event attributes')
    refused('in ONCLICK', f'<b ONCLICK="{x}">', 2, 'event attributes')
    refused('in style', f'<b style="{x}">', 2, 'style attributes')
    refused('a style element', '<style>', 2, 'not used')
    refused('in srcdoc', f'<p srcdoc="{x}">', 2, 'srcdoc')
    refused('in srcset', f'<img srcset="{x}">', 2, no)
    refused('an iframe', '<iframe src="/x">', 2, 'not used')
    refused('unquoted', f'\n\n<p class={x}>', 4, 'quotes')
    refused('unquoted, begun', f'<p class=a{x}>', 2, 'quotes')
    refused('a tag\'s name', f'<h{x}>', 2, no)
    refused('an attribute\'s name', f'<p {x}="">', 2, no)
    refused('half of an attribute\'s name', f'<p data-{x}="">', 2, no)
    refused('in a comment', f'<!-- {x} -->', 2, '{# … #}')
    refused('in the doctype', f'<!doctype {x}>', 2, no)
    refused('a host', f'<a href="https://{x}/">', 2, 'struct url')
    refused('a scheme', f'<a href="java{x}">', 2, 'struct url')
    refused('after mailto:', f'<a href="mailto:{x}">', 2, 'struct url')
    refused('a script link', '<a href="javascript:x">', 2, 'https:')
    refused('a foreign link', '<a href="//x">', 2, 'leaves the site')
    refused('a foreign link after a block', '<a href="/{% c if (t->on) { %}a'
            '{% } %}/b">', 2, 'leaves the site')
    refused('a url begun in one branch', '<a href="{% c if (t->on) { %}/a'
            '{% } %}{{ t->name }}">', 2, 'begun in one branch')
    refused('a bare <', 'a < b', 2, '&lt;')
    refused('a tag in textarea', '<textarea><b></textarea>', 2, '&lt;')


def bad_blocks():
    refused('a block from text into a tag',
            '{% c if (t->on) { %}<a title="{% } %}">', 2, 'where it began')
    refused('branches that end apart', '<p{% c if (t->on) { %} a="1"{% } else '
            '{ %} b="{% } %}>', 2, 'where it began')
    refused('a loop that ends apart', '<p {% c for (;;) { %}a{% } %}>', 2,
            'where its block began')
    refused('break out of a tag', '{% c for (;;) { %}<p title="{% c break; %}"'
            '></p>{% } %}', 2, 'where its block began')
    refused('a case that ends in a tag', '{% c switch (t->id) { %}\n'
            '{% c case 1: %}<p title="{% c case 2: %}"></p>{% } %}', 3,
            'where its block began')
    refused('return out of a tag', '<p title="{% c if (t->on) { return; } %}">',
            2, 'return must stand in text')
    refused('no block', '{% } %}', 2, 'without a block')
    refused('a block that stays open', 'a\n{% c if (t->on) { %}\nb', 4,
            'block of line 3')
    refused('65 blocks', '{% c if (t->on) { %}' * 65, 2, 'more than 64')
    good('64 blocks', '{% c if (t->on) { %}' * 64 + 'x' + '{% } %}' * 64)
    refused('no braces', '{% c if (t->on) %}a', 2, 'must end with')
    refused('no braces after else', '{% c if (t->on) { %}a{% } else x(); %}',
            2, '{ must follow else')
    refused('else without if', '{% c for (;;) { %}a{% } else { %}{% } %}', 2,
            'else without if')
    refused('goto', '{% c goto end; %}', 2, 'goto')
    refused('writing by hand', '{% c buf_str(o, t->name); %}', 2, '`o`')
    refused('writing in an expression', '{{ f(o) }}', 2, '`o`')
    refused('two statements', '{{ t->name); f(t->id }}', 2, 'bracket')
    refused('a statement', '{{ t->name; }}', 2, '; cannot stand')
    refused('two values', '{{ t->name, t->id }}', 2, 'one value')
    refused('nothing', '{{ }}', 2, 'missing')
    refused('a comment of C', '{% c f(); /* x */ %}', 2, '{# … #}')
    refused('the preprocessor', '{% c\n#undef html_text\n; %}', 3, '#')
    refused('a call in a tag', '<p title="{% call p(o, v, t) %}">', 2,
            'only in text')
    refused('a call without o', '{% call p(v) %}', 2, 'first argument')


def bad_files():
    refused('never closed', 'a\n{{ t->name', 3, 'never closed')
    refused('never closed, command', '{% c if (', 2, 'never closed')
    refused('a string never closed', '{{ STR("a }}', 2, 'never closed')
    refused('ends in a tag', '<p', 2, 'the page ends in')
    refused('ends in an attribute', '<p title="', 2, 'the page ends in')
    refused('ends in a textarea', '<textarea>', 2, 'the page ends in')
    refused('HTML before the page', 'x', 1, 'comes first', begin='')
    refused('a command before the page', '{% c x(); %}', 1, 'before the first',
            begin='')
    refused('no page', '', 1, 'no page', begin='{# empty #}')
    refused('a page without o', '{% page p(int x) %}', 1, 'struct buf *o',
            begin='')
    refused('an unknown command', '{% raw t->name %}', 2, 'commands are')
    refused('too many arguments', '{{ t: layout.skip | t->name, t->name, '
            't->name }}', 2, 'one or two')


def c_refuses():
    refused_by_c('a misspelt name', 'a\nb {{ t->nmae }}', 3)
    refused_by_c('a plain text in href', '\n\n<a href="{{ t->name }}">x</a>', 4)
    refused_by_c('html in an attribute', '<p title="{{ t->body }}">x</p>', 2)
    refused_by_c('html in a title', '<title>{{ t->body }}</title>', 2)
    refused_by_c('an int', '{{ t->plain }}', 2)
    refused_by_c('a struct url in text', '{{ t->link }}', 2)
    refused_by_c('an unknown message', 'x\n{{ t: layout.skpi }}', 3)
    refused_by_c('a number for a message', '{{ t: layout.version | t->id }}', 2)
    refused_by_c('an unknown page', '\n{% call nowhere(o, v) %}', 3)
    refused_by_c('the line of a long command',
                 '{% c\n\n\tint64_t a = 1;\n\tint64_t b = nothing; %}\n'
                 '{{ a }}{{ b }}', 5)
    refused_by_c('the line after a comment', '{#\n\n#}\n{{ t->nmae }}', 5)
    refused_by_c('the line of the parameters', '{% page p(struct buf *o, '
                 'const struct nothing *x) %}\n{{ x->y }}', 1, begin='')


def output():
    text = ('<ul>\n    <li>\n      a  b\n{% c if (t->on) { %}\n  x\n{% } %}\n'
            '<pre>\n  k  </pre>ก"?')
    compile_template(text)
    with open('t.c', encoding='utf-8') as f:
        parts = re.findall(r'buf_bytes\(o, "(.*)", (\d+)\);', f.read())
    problem = None
    for literal, n in parts:
        data = re.sub(r'\\([0-7]{3}|.)', lambda m: {'n': '\n'}.get(
            m[1], chr(int(m[1], 8)) if len(m[1]) == 3 else m[1]),
            literal).encode('latin-1')
        if len(data) != int(n):
            problem = f'{literal} has {len(data)} bytes, not {n}'
    joined = '|'.join(p[0] for p in parts)
    wanted = (r'<ul>\n<li>\na  b\n|x\n|<pre>\n  k  </pre>'
              r'\340\270\201\"\?')
    if joined != wanted:
        problem = f'{joined} is not {wanted}'
    check('blanks go, but not in pre', problem)
    compile_template('x' * 20000)
    problem = compile_c()
    check('a long text is cut in pieces',
          problem.stderr if problem.returncode else None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open('x.h', 'w', encoding='utf-8') as f:
            f.write(HEADER)
        places()
        commands()
        bad_places()
        bad_blocks()
        bad_files()
        c_refuses()
        output()
        os.chdir('/')
    print(f'1..{number}')
    return 1 if failed else 0


sys.exit(main())
