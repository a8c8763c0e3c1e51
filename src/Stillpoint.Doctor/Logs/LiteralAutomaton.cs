namespace Stillpoint.Doctor.Logs;

/// <summary>
/// Finds which of many short texts are in a line, all in one walk over its bytes (Aho and Corasick's automaton with every step worked out
/// beforehand). ASCII letters match in either case. Immutable; safe for any thread.
/// </summary>
internal sealed class LiteralAutomaton
{
    private readonly byte[] _classOf = new byte[256];
    private readonly int[] _next;

    /// <summary>By state: the texts that end there, those of its suffixes included.</summary>
    private readonly int[][] _ends;
    private readonly int _classes;

    public LiteralAutomaton(IReadOnlyList<string> literals)
    {
        _classes = Classify(literals);
        var (goTo, ends) = Plant(literals);
        _next = [.. goTo];
        _ends = [.. ends.Select(e => e.ToArray())];
        Link();
    }

    /// <summary>Marks the texts that are in the line.</summary>
    /// <param name="found">One for each literal; only ever set.</param>
    /// <returns>False: none, and nothing was marked.</returns>
    public bool Search(ReadOnlySpan<byte> line, bool[] found)
    {
        var (next, classOf, any, state) = (_next, _classOf, false, 0);
        foreach (var b in line)
        {
            state = next[state + classOf[b]];
            // A state's number carries in its sign whether anything ends there, so that most bytes cost one look-up.
            if (state >= 0) continue;
            state = ~state;
            any = true;
            foreach (var literal in _ends[state / _classes]) found[literal] = true;
        }
        return any;
    }

    private static byte Lower(char c) => (byte)char.ToLowerInvariant(c);

    /// <summary>Bytes that are in no text are all alike; that keeps the table small enough for the processor's cache.</summary>
    private int Classify(IReadOnlyList<string> literals)
    {
        var count = 1;
        foreach (var b in literals.SelectMany(l => l).Select(Lower).Distinct().Order()) _classOf[b] = (byte)count++;
        for (var c = 'A'; c <= 'Z'; c++) _classOf[c] = _classOf[Lower(c)];
        return count;
    }

    private (List<int> GoTo, List<List<int>> Ends) Plant(IReadOnlyList<string> literals)
    {
        var goTo = new List<int>(new int[_classes]);
        var ends = new List<List<int>> { new() };
        for (var i = 0; i < literals.Count; i++)
        {
            var state = 0;
            foreach (var c in literals[i])
            {
                var at = (state * _classes) + _classOf[Lower(c)];
                if (goTo[at] == 0)
                {
                    goTo[at] = ends.Count;
                    ends.Add([]);
                    goTo.AddRange(new int[_classes]);
                }
                state = goTo[at];
            }
            ends[state].Add(i);
        }
        return (goTo, ends);
    }

    private void Link()
    {
        var fail = new int[_ends.Length];
        var queue = new Queue<int>();
        for (var c = 0; c < _classes; c++)
        {
            if (_next[c] != 0) queue.Enqueue(_next[c]);
        }
        while (queue.TryDequeue(out var state))
        {
            _ends[state] = [.. _ends[state].Union(_ends[fail[state]])];
            for (var c = 0; c < _classes; c++)
            {
                var at = (state * _classes) + c;
                var elsewhere = _next[(fail[state] * _classes) + c];
                if (_next[at] == 0)
                {
                    _next[at] = elsewhere;
                    continue;
                }
                fail[_next[at]] = elsewhere;
                queue.Enqueue(_next[at]);
            }
        }
        for (var i = 0; i < _next.Length; i++)
        {
            var state = _next[i];
            _next[i] = _ends[state].Length > 0 ? ~(state * _classes) : state * _classes;
        }
    }
}
