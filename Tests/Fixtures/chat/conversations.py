"""Conversations and tools with which the chat templates of the tests are rendered."""


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def call(name, arguments, **more):
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather <now> & 'soon' in a \"city\".",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": " A city, e.g. Zürich "},
                "unit": {"type": "string", "enum": ["c", "f"], "default": "c", "description": "Unit"},
                "days": {"type": ["integer", "null"], "description": "Days"},
                "spots": {"type": "array", "items": {"type": "number"}, "description": "Spots"},
            },
            "required": ["city"],
        },
        "return": {"type": "object", "additionalProperties": {"type": "boolean"}},
    },
}
CLOCK = {
    "type": "function",
    "function": {
        "name": "clock",
        "description": "The time",
        "parameters": {
            "type": "object",
            "properties": {
                "zone": {
                    "oneOf": [{"type": "string", "default": "UTC"}, {"type": "integer"}],
                    "description": "Zone",
                    "default": 1.5,
                },
                "deep": {
                    "type": "object",
                    "properties": {"a": {"type": "array", "items": {"type": "string"}, "nullable": True}},
                    "description": "Deep",
                },
            },
        },
    },
}
PLAIN = {"type": "function", "function": {"name": "ping", "description": "Ping", "parameters": {"type": "object", "properties": {}}}}

TALK = [user("Hello!"), assistant("Hi. How are you?"), user("  Fine,\n\tthanks  ")]
TOOL_TALK = [
    user("How warm is it in Zürich?"),
    assistant("", tool_calls=[call("weather", {"city": "Zürich", "days": 2, "x": [1.0, None, True]}, id="abcdef123")]),
    {"role": "tool", "name": "weather", "content": '{"t": 21.5}', "tool_call_id": "abcdef123"},
    assistant("It is 21.5 °C <b>there</b>."),
    user("And the time?"),
]

# name: (messages, tools, variables)
CONVERSATIONS = {
    "single": ([user("What is 2 + 2?")], None, {}),
    "system": ([system("Be brief."), user("Who are you? ")], None, {}),
    "talk": (TALK, None, {}),
    "system talk": ([system(" You are Bo.\n"), *TALK, assistant("Good!")], None, {}),
    "unicode": ([user("Ω≈ç√ 你好 👩‍👩‍👧 e\u0301 \u00e9 <|im_end|> {{ 7*7 }} {% raw %} \u2028|\u00a0"), assistant("🦜\r\n'\"\\")], None, {}),
    "two users": ([user("one"), user("two")], None, {}),
    "assistant first": ([assistant("Well?"), user("yes")], None, {}),
    "unknown role": ([user("a"), {"role": "critic", "content": "b"}, assistant("c")], None, {}),
    "tools": ([user("How warm?")], [WEATHER, CLOCK], {}),
    "system tools": ([system("Use tools."), user("Ping it")], [PLAIN], {}),
    "tool talk": (TOOL_TALK, [WEATHER], {}),
    "tool talk untold": ([system("S"), *TOOL_TALK, assistant("Noon.")], None, {}),
    "two calls": (
        [user("Both"), assistant(None, tool_calls=[call("clock", {}, id="a"), call("weather", '{"city": "Bern"}', id="b")]),
         {"role": "tool", "content": "12:00"}, {"role": "tool", "content": "mild"}, assistant("12:00, mild")],
        [CLOCK, WEATHER], {}),
    "thinking": (
        [user("Why?"), assistant("<think>\nhm\n</think>\n\nBecause."), user("Really?"),
         assistant("Yes.", reasoning_content="\nI am sure.\n")], None, {}),
    "thinking tools": (
        [user("Why?"), assistant("", thinking="let me look", tool_calls=[call("ping", {})]),
         {"role": "tool", "content": "pong"}], [PLAIN], {"enable_thinking": True, "reasoning_effort": "high"}),
    "no thinking": ([user("Quick")], None, {"enable_thinking": False, "thinking": True, "date_string": "1 Jan 2020"}),
    "parts": (
        [{"role": "system", "content": [{"type": "text", "text": "Look."}]},
         {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}, {"type": "text", "text": "\nAnd?"}]},
         {"role": "assistant", "content": [{"type": "text", "text": "A cat."}]}], None, {}),
    "variables": (
        [user("Search")], None,
        {"builtin_tools": ["brave_search", "code_interpreter"], "tools_in_user_message": False,
         "documents": [{"title": "A", "text": "one"}, {"title": "B", "text": "two"}],
         "controls": {"length": "short", "n": 3}, "custom_tools": [PLAIN]}),
}
