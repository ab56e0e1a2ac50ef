"""Small templates, one construct each. Every one sees VARIABLES."""

VARIABLES = {
    "messages": [{"role": "user", "content": "Hi"}],
    "s": "Hello, World", "e": "", "i": 7, "n": -3, "f": 2.5, "t": True, "z": None, "u": "Straße İ ǆ 你好 e\u0301\u00e9 \U0001F99C",
    "a": [3, 1, 2], "w": ["b", "A", "a", "C"], "d": {"b": 1, "a": [1, 2], "C": None, "items": 5, "x y": "q"},
    "r": [{"k": "x", "v": 1, "m": {"q": 9}}, {"k": "y", "v": 2, "m": {"q": 8}}, {"k": "X", "v": 3, "m": {}}, {"k": "y"}],
    "ml": " a\n  b\r\n\n c \t",
}

EXPRESSIONS = r"""
1
-1
+i
1_000 + 0x1F + 0b11 + 0o17
1e3
1.5e-7
1e16
1e15
123456789.123456789
0.1 + 0.2
1e22
1e-4
1e-5
100.0
-0.0
5e-324
1.7976931348623157e308
2**10
2**-1
2**0.5
2**3**2
-2**2
7 // 2
-7 // 2
7 // -2
-7 % 3
7 % -3
7.5 // 2
-7.5 % 2
7.5 % -2
-1.0 // 0.1
1 / 3
4 / 2
1 // 0
1 % 0
1.0 / 0
0 ** -1
9223372036854775807 + 0
10 - 2 - 3
2 + 3 * 4 ~ 5
1 ~ 2 + 3
'a' ~ none ~ true ~ 1.0 ~ [1, 'x'] ~ e
t + 1
t * 3
true == 1
1 == 1.0
'1' == 1
none == false
[1, 2] == [1, 2.0]
(1, 2) == [1, 2]
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
1 < 2 < 3
3 > 2 > 2
1 < 2 == true
'a' < 'b'
'Z' < 'a'
[1, 2] < [1, 3]
(1,) < (1, 0)
1 < 'a'
none < 1
[1] < (1,)
not 1
not not ''
1 and 0
0 or 'x'
'' or none or 0
1 if t
1 if not t
(1 if not t) is defined
1 if t else 2
1 if e else 2 if z else 3
'e' in s
'' in e
1 in a
'1' in a
'b' in d
none in d
1 in s
i in undefined_thing
undefined_thing in a
undefined_thing in s
2 not in a
not 2 in a
'x' in 5
s[0]
s[-1]
s[100]
s[100] is defined
s[1:4]
s[::-1]
s[-3:]
s[:-1]
s[10:2:-2]
u[2:8]
u[-1]
a[0]
a[-1]
a[5] is defined
a[1:]
a[::2]
a[::-1]
a['x'] is defined
a[1:][0]
a[0:0]
a[0:10:0]
a.0
r[0].k
r[0]['m'].q
r[0].nope is defined
r[0].nope.nope
d.b
d['x y']
d.items is callable
d['items']
d.C is none
d.nope
d[1] is defined
d[[1]] is defined
undefined_thing
undefined_thing.x
undefined_thing['x']
undefined_thing()
undefined_thing + 1
undefined_thing ~ 'x'
undefined_thing == undefined_other
undefined_thing | length
undefined_thing | upper
undefined_thing | list
undefined_thing | join(',')
undefined_thing | tojson
undefined_thing | int
undefined_thing | first is defined
undefined_thing | default('dd')
undefined_thing | d
undefined_thing[1:]
z | default('dd')
z | default('dd', true)
e | default('dd', boolean=true)
z.x is defined
z[0] is defined
i.real_nope is defined
[]
()
(1,)
(1, 2)
{}
[1, 'a', "it's", 'q"q', 'b\'"b', none, true, 1.0, (1,), {'k': [2]}]
{'a': 1, 1: 'b', none: 2, true: 3, 1.0: 4}
{'a': 1, 'a': 2}
{[1]: 2}
['tab\t', 'nl\n', '\x07', 'é', '\u200b', '\\', '\x7f', '\xa0']
'\u00e9\x41\101\q\'\"' "joined"
'a' 'b' "c"
"\N{BULLET}"
'\ud800'
u
[u]
1 is odd
2 is even
9 is divisibleby 3
9 is divisibleby(2)
s is string
i is string
i is number
t is number
t is integer
i is integer
f is float
i is float
t is boolean
t is true
i is true
t is not false
z is none
z is not none
d is mapping
a is mapping
a is iterable
s is iterable
i is iterable
undefined_thing is iterable
d is sequence
a is sequence
s is sequence
i is sequence
range(3) is sequence
d.items() is iterable
a is sameas a
1 is sameas 1
true is sameas true
1 is sameas true
s is eq 'Hello, World'
i is gt 5
i is lessthan(3)
i is in [1, 7]
'abc' is lower
'ABC' is upper
'A1' is upper
'1' is upper
raise_exception is defined
raise_exception is callable
strftime_now is defined
i is nonsense
i is defined and i is not undefined
i is defined is true
i | nonsense
s | upper
s | lower
u | upper
u | lower
u | title
u.title()
u | capitalize
s | title
"it's a (test) two-words foo_bar" | title
"it's a (test) two-words 3rd".title()
s | length
u | length
d | length
i | length
a | count
range(4) | length
s | first
s | last
a | first
a | last
[] | first is defined
d | first
a | sort
a | sort(reverse=true)
w | sort
w | sort(case_sensitive=true)
r | sort(attribute='k', reverse=true) | map(attribute='v') | list
r | sort(attribute='v') | length
r[:3] | sort(attribute='k,v') | map(attribute='v') | list
[1, 'a'] | sort
a | reverse | list
s | reverse
w | unique | list
w | unique(case_sensitive=true) | list
r | unique(attribute='k') | map(attribute='k') | list
a | min
a | max
w | max
[] | max is defined
a | sum
r[:3] | sum(attribute='v')
a | sum(start=10)
a | join
a | join(', ')
a | join(d=' - ')
r | join(',', attribute='k')
r | map(attribute='v') | list
r | map(attribute='v', default=0) | list
r | map(attribute='m.q') | list
w | map('upper') | join
w | map('replace', 'a', 'zz') | list
r | map(attribute='k') | map('upper') | unique | list
a | map('string') | list
r | selectattr('v') | list | length
r | selectattr('v', 'defined') | map(attribute='v') | list
r | selectattr('k', 'equalto', 'y') | list | length
r | rejectattr('k', 'eq', 'y') | map(attribute='k') | list
r | selectattr('k', 'in', ['x', 'X']) | list | length
r | selectattr('m.q', '>', 8) | list
r[:2] | selectattr('m.q', '>', 8) | map(attribute='k') | list
a | select('odd') | list
a | select | list
[0, 1, '', none, 'x'] | select | list
[0, 1, '', none, 'x'] | reject | list
a | reject('gt', 1) | list
a | select('odd') | length
a | select('odd') | last
a | select('odd') | first
a | map('nonsense') | list
d | items | list
d.items() | list
d.items()
d.keys()
d.values() | list
d | dictsort
d | dictsort(true)
d | dictsort(reverse=true)
{'a': 2, 'b': 1} | dictsort(by='value')
a | items
undefined_thing | items | list
d | list
s | list | length
i | list
d | tojson
d | tojson(indent=2)
d | tojson(indent=0)
d | tojson(indent='\t')
d | tojson(sort_keys=true)
u | tojson
u | tojson(ensure_ascii=true)
'<a href="x">&\'\x00\x1f\x7f\u2028\b\f\n\r\t/</a>' | tojson
[1.0, 1e100, 1e-7, -0.0, true, none, [], {}, (1, 2)] | tojson
[[], {}, [[]], {'a': {}}] | tojson(indent=2)
{1: 2, none: 3, true: 4, 2.5: 5} | tojson
[1, 2] | tojson(separators=(',', ':'))
{'a': [1]} | tojson(indent=1, separators=(',', ': '))
a | select | tojson
d.items() | tojson
'42' | int
' 42 ' | int
'4_2' | int
'42.9' | int
'x' | int
'x' | int(5)
'x' | int(default=-1)
'ff' | int(0, 16)
'0x1A' | int(base=16)
-3.9 | int
true | int
none | int
'3.5' | float
'x' | float
'1e3' | float
'nan' | float
'-inf' | float
7 | float
3.14159 | round(2)
2.5 | round
3.5 | round
-2.5 | round
2.675 | round(2)
42.55 | round(1, 'floor')
42.51 | round(1, 'ceil')
42 | round
1234 | round(-2)
1234.5 | round(-2)
3.7 | round | int
-3 | abs
-3.5 | abs
'x' | abs
s | replace('l', 'L')
s | replace('l', 'L', 1)
s | replace('', '-')
s | replace(' ', '')
112 | replace(1, 2)
ml | trim
ml | trim('\n \t')
'xxaxx' | trim('x')
ml | indent
ml | indent(2, true)
ml | indent(2, blank=true)
'a\nb\n' | indent('>> ')
'a b c d e f g' | truncate(7, leeway=0)
'a b c d e f g' | truncate(7, true, '~', 0)
'foo bar baz' | wordcount
'%s-%d' | format('a', 3)
'%(x)s' | format(x=5)
'x' | center(5)
a | batch(2) | list
a | batch(2, 0) | list
a | slice(2) | list
r | groupby('k') | length
r | groupby('k') | map('first') | list
i | string | length
d | string
f | string
a | attr('x') is defined
d | attr('b') is defined
'%s' % 5
'%s and %s' % ('a', 'b')
'%05.1f|%-5s|%+d|%x|%%' % (3.14159, 'ab', 5, 255)
'%s' % [1]
'%d' % 'x'
'%s %s' % 'x'
'%s' % ('a', 'b')
'%10.3s|' % 'abcdef'
'%r' % 'a'
'%.0f %e %g' % (2.5, 12345.678, 0.0001)
'{} {}'.format(1, 'b')
'{0}{1}{0} {x}'.format('a', 'b', x=3)
'{{}}'.format()
'{}'.format()
'ab' * 3
3 * 'ab'
'ab' * -1
[0] * 3
(1,) + (2,)
[1] + [2]
[1] + (2,)
'a' + 1
1 + 'a'
none + 1
-'a'
-t
s.upper()
s.lower()
s.swapcase()
s.strip('Hd')
ml.strip()
ml.lstrip()
ml.rstrip()
ml.split()
ml.split('\n')
ml.splitlines()
ml.splitlines(true)
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.split(',', maxsplit=2)
'a,b,,c'.rsplit(',', 1)
' a  b  c '.split(none, 1)
' a  b  c '.rsplit(maxsplit=1)
''.split()
''.split(',')
'abc'.split('')
s.startswith('He')
s.startswith(('x', 'He'))
s.startswith('l', 2)
s.endswith('ld')
s.endswith('lo', 0, 5)
s.startswith(1)
s.find('l')
s.rfind('l')
s.find('q')
s.find('l', 5)
s.index('q')
s.count('l')
s.count('')
u.find('你')
s.replace('l', 'LL', 2)
s.replace('Hello', '')
', '.join(w)
', '.join(a)
''.join(['a', 'b'])
'12'.isdigit()
'1.2'.isdigit()
''.isdigit()
'²'.isdigit()
'²'.isdecimal()
'½'.isnumeric()
'ab'.isalpha()
'ab1'.isalnum()
' \t'.isspace()
'Ab'.isupper()
'ab1'.islower()
'Ab c'.capitalize()
'prefix-x'.removeprefix('prefix-')
'x.txt'.removesuffix('.txt')
'7'.zfill(3)
'-7'.zfill(4)
'a'.ljust(3) ~ '|'
'a'.rjust(3, '*')
'a'.center(4, '*')
'ab'.center(5, '*')
'a=b=c'.partition('=')
'a=b=c'.rpartition('=')
'abc'.partition('=')
s.nope is defined
s.nope()
d.get('b')
d.get('q')
d.get('q', 'dd')
d.get('a', [])[0]
d.keys() | list
d.pop('b')
d.update({'b': 2})
d.update is defined
a.append(4)
a.index(1)
a.index(9)
a.count(1)
a.copy()
''.__class__
''.__class__.__mro__
a.__len__()
d.__class__
d['__class__']
''['__class__']
''.format.__globals__
raise_exception.__globals__
cycler.__init__
z[1:]
s % a
s % i
5 | truncate
range(5) | list
range(2, 5) | list
range(5, 0, -2) | list
range(0)
range(3)
range(1, 10, 3)
range(10)[3]
range(10)[-1]
range(10)[2:4] | list
range(100001)
range(0, 1, 0)
range('a')
dict(a=1, b=2)
dict({'a': 1}, b=2)
dict([('a', 1)])
namespace(a=1).a
namespace({'a': 1}).a
namespace(_a=1)
namespace(a=1)
namespace().x is defined
strftime_now('%d %b %Y')
strftime_now('%A %a %B %b %d %e %-d %H %I %-I %M %S %p %j %U %W %w %y %Y %F %T %R %D %f %% %C %u %Z%z|')
strftime_now('%c|%x|%X')
strftime_now('')
strftime_now()
raise_exception('my message')
raise_exception()
s is string and i > 3 or false
(s)
((s), )
s.split(', ')[1].lower()[::-1]
{'a': {'b': [10, 20]}}.a.b[1]
[1, 2, 3][1]
"abc"[1]
s|lower|replace('o', '0')|length + 1
- i | abs
(- i) | abs
i|string ~ f|string
a + [4] | length
a == a | sort | list
1 in a and 2 in a
d.a[0] == 1 and not z
1 if s is string else 2
messages[-1].role == 'user' and messages | length == 1
messages[0].content | trim | upper ~ '!'
loop is defined
1,2
1, 
a[1,2] is defined
{(1, 2): 'p'}[1, 2]
i.
a[
(1
[1
{1
{1:
{1:2
1 +
1 2
| upper
is
not
in
*
s..x
'abc
"abc
@
1 if
if
{{
{%
a[1:2:3:4]
s|
s is
f(a=1, 2)
dict(a=1, a=2)
dict(**{'a': 1})
dict(*[[('a', 1)]])
range(*[1, 4]) | list
s.upper(1)
s | upper(1)
s | join(1, 2, 3)
s | replace('a')
"""

TEMPLATES = [
    "", "text", "a\nb\n", "a\r\nb\rc", "{{ 1 }}\n", "{{ 1 }}\n\n", "{% if t %}\nx\n{% endif %}\ny", "  {% if t %}\n  x\n  {% endif %}\n  y",
    "a  {%- if t -%}  b  {%- endif -%}  c", "a  {%+ if t %}  b  {%+ endif %}\n  c", "a {%- if t %}\n b {% endif -%}\n c",
    "  {{- 1 -}}  x", "  {{ 1 }}  ", "{{ 1 }}{{ 2 }}\n{{ 3 }}", "a{# c #}b", "a {#- c -#} b", "  {# c #}\n  b", "a {# c #} b", "{# a\nb #}\nc",
    "{# unclosed", "{#", "{{", "{%", "{", "}", "}}", "%}", "#}", "{{}}", "{%%}", "{{ }}", "{% %}", "{{ 1", "{% if", "{% if t", "{% if t %}",
    "{% if t %}a{% endfor %}", "{% endif %}", "{% else %}", "{% nonsense %}", "{% if %}{% endif %}", "{{ 1 }", "{{ 1 %}", "{% if t }}{% endif %}",
    "{% raw %}{{ x }}{% endraw %}", "  {% raw %}\n {{ x }}\n  {% endraw %}\nz", "{%- raw -%}  {% x %}  {%- endraw -%} z", "{% raw %}", "{% raw %}{% endraw",
    "{% if e %}a{% elif i == 7 %}b{% elif t %}c{% else %}d{% endif %}", "{% if e %}a{% elif z %}b{% else %}d{% endif %}",
    "{% for x in a %}{{ x }},{% endfor %}", "{% for x in [] %}x{% else %}none{% endfor %}", "{% for x in undefined_thing %}x{% else %}none{% endfor %}",
    "{% for x in z %}x{% endfor %}", "{% for x in 5 %}x{% endfor %}", "{% for c in s %}{{ c }}.{% endfor %}", "{% for k in d %}{{ k }} {% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in d|items %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in a %}{% endfor %}",
    "{% for x in a if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}", "{% for x in a if x > 9 %}x{% else %}none{% endfor %}",
    "{% for x in a %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for x in a %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "{% for x in a %}{{ loop.cycle('o', 'e') }}{% endfor %}",
    "{% for x in [1,1,2,2,1] %}{{ loop.changed(x) }} {% endfor %}", "{% for x in a %}{{ loop.nope is defined }}{% endfor %}", "{% for x in a %}{{ loop }}{% endfor %}",
    "{% for x in a %}{% for y in w %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}", "{% for (x, y) in [(1, 2), [3, 4]] %}{{ x + y }} {% endfor %}",
    "{% for x, (y, q) in [(1, (2, 3))] %}{{ x }}{{ y }}{{ q }}{% endfor %}", "{% for x in a %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in a %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in a %}{% break %}{% else %}E{% endfor %}",
    "{% for x in a %}{% continue %}{% else %}E{% endfor %}", "{% for x in a %}{% if loop.first %}{% continue %}{% endif %}{{ x }}{% else %}E{% endfor %}",
    "{% break %}", "{% continue %}", "{% for x in a %}{% endfor %}{% break %}", "{% for x in a %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% set ns = namespace(found=false) %}{% for x in a if not ns.found %}{{ x }}{% if x == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}",
    "{% set ns = namespace(found=false) %}{% for x in a if not ns.found %}{{ x }}{{ loop.last }}{% if x == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}",
    "{% set x = 1 %}{% for y in a %}{{ x }}{% set x = x + 1 %}{{ x }} {% endfor %}{{ x }}", "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set x %}a{{ i }}{% endset %}{{ x }}", "{% set x | upper | replace('A', 'b') %}a{{ i }}{% endset %}{{ x }}", "{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}",
    "{% set x, y = 1, 2 %}{{ x }}{{ y }}", "{% set x, y = [1, 2, 3] %}", "{% set x = 1, 2 %}{{ x }}", "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b is defined }}{{ ns['a'] }}",
    "{% set ns = namespace() %}{% set ns._a = 1 %}", "{% set d.b = 5 %}", "{% set nope.b = 5 %}", "{% set 1 = 2 %}", "{% set none = 2 %}", "{% set x.y.z = 2 %}", "{% set x %}", "{% set %}", "{% set x = %}",
    "{% set ns = namespace(c=0) %}{% for x in a %}{% set ns.c = ns.c + x %}{% endfor %}{{ ns.c }}", "{% set ns = namespace(l=[]) %}{% for x in a %}{% set ns.l = ns.l + [x * 2] %}{% endfor %}{{ ns.l }}",
    "{% set a = a[1:] %}{{ a }}", "{% if a %}{% set a = a[1:] %}{% endif %}{{ a }}", "{% for x in a %}{% set a = [] %}{% endfor %}{{ a }}",
    "{% macro m(x, y=2, q=x) %}[{{ x }}{{ y }}{{ q }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(y=5, x=4) }}{{ m() }}", "{% macro m(x) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(x) %}{% endmacro %}{{ m(q=2) }}",
    "{% macro m(x) %}{% endmacro %}{{ m(1, x=2) }}", "{% macro m(x=1, y) %}{% endmacro %}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}x{% endcall %}", "{% macro m() %}<{{ caller(1, 2) }}>{% endmacro %}{% call(p, q) m() %}{{ p }}{{ q }}{% endcall %}",
    "{% macro m() %}{% endmacro %}{% call m() %}x{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% call 5 %}x{% endcall %}", "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(5) }}",
    "{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}", "{% set x = 1 %}{% macro m() %}{{ x }}{% set x = 5 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{% set q = m %}{{ q(3) }}{{ m.name }}{{ m is callable }}{{ a | map('string') | map('upper') | join }}", "{% macro m() %}x{% endmacro %}{{ m }}",
    "{% for y in a %}{% macro m() %}{{ y }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}", "{% macro m() %}  a  {% endmacro %}[{{ m() | trim }}]", "{% macro m() -%}\n  a\n{%- endmacro %}[{{ m() }}]",
    "{% macro outer() %}{% macro inner() %}i{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}", "{{ m() }}{% macro m() %}x{% endmacro %}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aa{% endfilter %}",
    "{% filter nonsense %}a{% endfilter %}", "{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x is defined }}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}", "{% with i = i + 1 %}{{ i }}{% endwith %}{{ i }}",
    "{% generation %}a{% set x = 1 %}{{ x }}{% endgeneration %}{{ x is defined }}", "  {%- generation -%}  a  {%- endgeneration -%}  ", "{% for x in a %}{% generation %}{{ x }}{% endgeneration %}{% endfor %}", "{% generation %}", "{% print 1, 'a' %}",
    "{% if t: %}x{% endif %}", "{% for x in a: %}{{ x }}{% endfor %}", "{% for x in a recursive %}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{% for in a %}{% endfor %}", "{% for x of a %}{% endfor %}", "{% for x in %}{% endfor %}",
    "{% for x.y in a %}{% endfor %}", "{% include 'x' %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% extends 'x' %}", "{% if t %}{% set q = 1 %}{% else %}{% set q = 2 %}{% endif %}{{ q }}",
    "{% set g = a | select('odd') %}{{ g | list }}{{ g | list }}", "{% set g = a | map('string') %}{% if g %}y{% endif %}{% for x in g %}{{ x }}{{ loop.last }}{% endfor %}", "{% set g = d.items() %}{{ g | length }}{{ g | list | length }}{{ g | list | length }}",
    "{% if undefined_thing %}a{% else %}b{% endif %}", "{% if not undefined_thing.x %}a{% endif %}", "{% if undefined_thing is not defined or undefined_thing.x %}a{% endif %}", "{% if e %}{{ x | nonsense }}{% endif %}ok", "{{ 1 if t else (x | nonsense) }}",
    "{% if s.startswith('H') and not s.endswith('x') %}y{% endif %}", "{{ raise_exception('Rôles must \"alternate\"!') }}", "{% if e %}{{ raise_exception('no') }}{% endif %}fine", "{% for m in messages %}{{ m.role }}: {{ m['content'] }}{% if not loop.last %}\n{% endif %}{% endfor %}",
    "{{ s }} {{ [s, u] }} {{ {'k': u} }}", "{{ '{{' }}{{ '%}' }}{{ \"}}\" }}", "{{ {'a': {'b': {}}} }}", "{{ {'a': '}}'}['a'] }}", "{{ '\\n' }}|{{ '\n' }}", "{{ \"a\r\nb\" }}", "{%- set x = 'a' -%}\n\n  {{- x -}}  \n\n", "\n\n{% if t %}\n\n{% endif %}\n\n",
    "a\t{% if t %}\t\n\tb{% endif %}", "\u00a0 {%- if t -%} \u2003x{% endif %}", "x {% set y = 1 %}\n{{ y }}", "{%set x=1%}{{x}}{%if x==1%}y{%endif%}", "{{s|upper|lower}}{{s.upper().lower()}}", "{% if (t and\n  i == 7) %}ok{% endif %}", "{{ 5 if }}", "{{ a b }}",
    "{% set x = namespace(a=1) %}{% set y = x %}{% set y.a = 2 %}{{ x.a }}{{ x == y }}", "{% set loop_messages = messages %}{% for message in loop_messages %}{{ message.role }}{% endfor %}", "{%- for x in a -%} {{ x }} {%- if not loop.last -%} , {%- endif -%} {%- endfor -%}",
    "{% autoescape true %}{{ '<' }}{% endautoescape %}", "{{ lipsum() | length > 0 }}", "{% block b %}x{% endblock %}",
]
