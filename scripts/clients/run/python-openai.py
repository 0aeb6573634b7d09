# The openai package of Python.
import asyncio
import inspect
import json

from openai import AsyncOpenAI, BadRequestError, OpenAI
from steps import CHAT, COMPLETIONS, OLD, step

client = OpenAI(api_key="sk-client", base_url=CHAT, max_retries=0)
completing = OpenAI(api_key="sk-client", base_url=COMPLETIONS, max_retries=0)
later = AsyncOpenAI(api_key="sk-client", base_url=CHAT, max_retries=0)
hello = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
asking = [{"role": "user", "content": "How is the weather in Oslo?"}]
old = {"model": "text-davinci-003", "prompt": OLD}
tools = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def nulls(create, given):
    """All optional fields of a request as null, but for those that go to the client itself."""
    own = {"self", "stream", "extra_headers", "extra_query", "extra_body", "timeout"}
    return {name: None for name in inspect.signature(create).parameters if name not in own | given.keys()}


def streamed(**asked):
    return "".join(part.choices[0].delta.content or "" for part in client.chat.completions.create(**asked, stream=True) if part.choices)


def by_tools(stream):
    messages = list(asking)
    if stream:
        with client.chat.completions.stream(model="m", messages=messages, tools=tools) as events:
            for _ in events:
                pass
            message = events.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(model="m", messages=messages, tools=tools).choices[0].message
    [call] = message.tool_calls
    city = json.loads(call.function.arguments)["city"]
    # The message goes back as the package gives it, with all of its nulls.
    messages += [message.model_dump(), {"role": "tool", "tool_call_id": call.id, "content": f"rain in {city}"}]
    return client.chat.completions.create(model="m", messages=messages, tools=tools).choices[0].message.content


def refused():
    try:
        client.chat.completions.create(model="m", messages=[{"role": "nobody", "content": "Hello"}])
    except BadRequestError as error:
        return f"{error.status_code} {error.request_id is not None} {error.body}"


async def together():
    answers = await asyncio.gather(*[later.chat.completions.create(**hello) for _ in range(5)])
    return " ".join(answer.choices[0].message.content for answer in answers)


async def streamed_later():
    stream = await later.chat.completions.create(**hello, stream=True)
    return "".join([part.choices[0].delta.content or "" async for part in stream if part.choices])


def completed(stream, **more):
    if stream:
        return "".join(part.choices[0].text for part in completing.completions.create(**old, **more, stream=True) if part.choices)
    return completing.completions.create(**old, **more).choices[0].text


chat_nulls = nulls(client.chat.completions.create, hello)
old_nulls = nulls(completing.completions.create, old)
step("chat", "You said: Hello", lambda: client.chat.completions.create(**hello).choices[0].message.content)
step("chat, streamed", "You said: Hello", lambda: streamed(**hello, stream_options={"include_usage": True}))
step("chat, null fields", "You said: Hello", lambda: client.chat.completions.create(**hello, **chat_nulls).choices[0].message.content)
step("chat, null fields, streamed", "You said: Hello", lambda: streamed(**hello, **chat_nulls))
step("chat, later", " ".join(["You said: Hello"] * 5), lambda: asyncio.run(together()))
later = AsyncOpenAI(api_key="sk-client", base_url=CHAT, max_retries=0)
step("chat, later, streamed", "You said: Hello", lambda: asyncio.run(streamed_later()))
step("tools", "The tool said: rain in Oslo", lambda: by_tools(False))
step("tools, streamed", "The tool said: rain in Oslo", lambda: by_tools(True))
step("a refusal", "400 True", refused)
step("completion", "You said: Hello", lambda: completed(False))
step("completion, streamed", "You said: Hello", lambda: completed(True))
step("completion, null fields", "You said: Hello", lambda: completed(False, **old_nulls))
step("completion, null fields, streamed", "You said: Hello", lambda: completed(True, **old_nulls))
step("models", "stand-in", lambda: client.models.list().data[0].id)
