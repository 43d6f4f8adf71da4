"""The pinned tools: found on this machine or built from pinned Go modules."""

from localcloud.toolchain.resolve import Tool, bundle, has_own_language_host, kept_files, tool, tool_names, tools

__all__ = ["Tool", "bundle", "has_own_language_host", "kept_files", "tool", "tool_names", "tools"]
