"""How the world moves: parameters, rules, agents and the compiled engine."""
