"""Programs that measure models: `python3 -m sophon.utils.dryrun`, `python3 -m sophon.utils.perf`."""
