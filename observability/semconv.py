"""Attribute and operation names of the OpenTelemetry GenAI conventions (status: development), kept in one place.

Source: open-telemetry/semantic-conventions-genai. The Python constants are deprecated, so the strings stand here.
"""

OPERATION = "gen_ai.operation.name"
WORKFLOW = "gen_ai.workflow.name"
AGENT = "gen_ai.agent.name"
TOOL = "gen_ai.tool.name"
REQUEST_MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CONVERSATION = "gen_ai.conversation.id"
ERROR_TYPE = "error.type"

INVOKE_WORKFLOW = "invoke_workflow"
INVOKE_AGENT = "invoke_agent"
EXECUTE_TOOL = "execute_tool"
CHAT = "chat"

NODE = "watchfloor.node"
RUN_ID = "watchfloor.run_id"
PROMPT_NAME = "watchfloor.prompt.name"
PROMPT_VERSION = "watchfloor.prompt.version"
PROMPT_SHA256 = "watchfloor.prompt.sha256"
EVIDENCE_ID = "watchfloor.evidence.id"
EVIDENCE_ROWS = "watchfloor.evidence.rows"
EVIDENCE_STATUS = "watchfloor.evidence.status"
