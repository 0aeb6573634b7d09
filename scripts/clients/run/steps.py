# What the Python scripts share: where they find the servers, and how they tell what came of each step.
import json
import os

CHAT = os.environ["CHAT"]
COMPLETIONS = os.environ["COMPLETIONS"]
OLD = "Be brief.\n\nHuman: Hello\nAI:"


def step(name, wanted, run):
    """Runs one step; it holds if the text that it gives has `wanted` in it."""
    try:
        said = str(run())
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print("@@" + json.dumps({"step": name, "holds": wanted in said, "said": said[:300]}), flush=True)
