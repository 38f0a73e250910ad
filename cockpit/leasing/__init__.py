"""The remote's lease beside the local lock: who executes for a service and environment, of all its clones.

It is asked for where the state is shared: a remote was named for it, or has it already. A person's process takes it,
under the local lock, and leaves a claim in the execution's directory; by that the worker goes on with it, and later
processes of this clone know it for their own. An execution that stops keeps it, for it is half done; unrenewed, it
goes stale for others. It is given back when the execution is over. A runbook's command holds it while it runs.
"""
