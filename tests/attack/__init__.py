"""An attack on the deciding of statements, judged by a reader that shares nothing with the evaluator."""
