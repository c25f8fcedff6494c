"""Slack's limits, each named once. Lengths are in characters unless the name says otherwise."""

from typing import Final

TEXT: Final = 40_000
UPDATE_TEXT: Final = 4_000
MARKDOWN: Final = 12_000
ALL_BLOCK_TEXT: Final = 13_000
METADATA_BYTES: Final = 8_000

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
SECTION_TEXT: Final = 3_000
SECTION_FIELDS: Final = 10
FIELD_TEXT: Final = 2_000
HEADER_TEXT: Final = 150
CONTEXT_ELEMENTS: Final = 10
CONTEXT_ACTIONS_ELEMENTS: Final = 5
ACTIONS_ELEMENTS: Final = 25
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20

BLOCK_ID: Final = 255
ACTION_ID: Final = 255
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
URL: Final = 3_000
ALT_TEXT: Final = 2_000
OPTIONS: Final = 100
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
LABEL: Final = 2_000

VIEW_TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000
CALLBACK_ID: Final = 255

PROMPTS: Final = 4
LOADING_MESSAGES: Final = 10
TASK_TEXT: Final = 256
SESSION_TITLE: Final = 200
PAGE_LIMIT: Final = 999
