"""Serves a GGUF file over HTTP like OpenAI: llama_server.py MODEL PORT; run by the Python of a venv that has xllamacpp."""

import signal
import sys

import xllamacpp

CONTEXT_TOKENS = 8192


def main() -> None:
    """Serve until killed; prints READY once requests are taken."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path, parameters.port = sys.argv[1], int(sys.argv[2])
    parameters.hostnames = ["127.0.0.1"]
    parameters.n_ctx, parameters.n_parallel = CONTEXT_TOKENS, 1
    parameters.cpuparams.n_threads, parameters.cpuparams_batch.n_threads = 1, 2
    parameters.use_jinja, parameters.warmup, parameters.ui, parameters.offline = True, False, False, True
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"READY {server.listening_address}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
