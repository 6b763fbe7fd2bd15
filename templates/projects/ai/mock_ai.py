"""Answers for `pyw dev --mock mock_ai.py`: without an account, without cost, the same every time."""

from workers import WorkerEntrypoint


class AI(WorkerEntrypoint):
    """Named like the binding it answers for."""

    async def run(self, model, inputs, options=None):
        question = inputs["messages"][-1]["content"]
        return {"response": f"You asked: {question}"}
