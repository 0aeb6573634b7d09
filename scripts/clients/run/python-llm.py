# The command llm, in a folder of its own.
import json
import os
import subprocess
import tempfile

from steps import CHAT, COMPLETIONS, OLD, step

home = tempfile.mkdtemp(dir=os.getcwd())
models = [
    {"model_id": "here", "model_name": "m", "api_base": CHAT, "api_key_name": "here", "supports_tools": True},
    {"model_id": "old", "model_name": "text-davinci-003", "api_base": COMPLETIONS, "api_key_name": "here", "completion": True},
]
with open(os.path.join(home, "extra-openai-models.yaml"), "w") as file:
    # JSON is YAML.
    json.dump(models, file)
with open(os.path.join(home, "keys.json"), "w") as file:
    json.dump({"here": "sk-client"}, file)
weather = 'def weather(city: str) -> str:\n    "The weather of a city"\n    return f"rain in {city}"'


def llm(*argv):
    env = {**os.environ, "LLM_USER_PATH": home, "HOME": home}
    done = subprocess.run([os.environ["LLM"], *argv], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return f"{done.stdout}\n{done.stderr}"


step("chat", "You said: Hello", lambda: llm("-m", "here", "--no-stream", "Hello"))
step("chat, streamed", "You said: Hello", lambda: llm("-m", "here", "Hello"))
step("the next one", "You said: And now?", lambda: llm("-m", "here", "-c", "And now?"))
step("system, options", "You said: Hello", lambda: llm("-m", "here", "-s", "Be brief.", "-o", "temperature", "0.5", "-o", "max_tokens", "50", "Hello"))
for stream in ([], ["--no-stream"]):
    name = "tools" if stream else "tools, streamed"
    step(name, "The tool said: rain in Oslo", lambda: llm("-m", "here", "--functions", weather, *stream, "How is the weather in Oslo?"))
step("completion", "You said: Hello", lambda: llm("-m", "old", "--no-stream", OLD))
step("completion, streamed", "You said: Hello", lambda: llm("-m", "old", OLD))
