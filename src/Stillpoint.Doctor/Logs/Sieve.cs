using System.Text;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Logs;

/// <summary>
/// Keeps of any amount of text the lines that some rule asks for: of each file and pattern the first and last few. One pass; memory is bounded
/// by the number of files and <see cref="MostText"/>. For one reader at a time.
/// </summary>
internal sealed class Sieve
{
    /// <summary>Characters kept of all files together. Far more than any real bundle needs: it bounds what a hostile one can take.</summary>
    private const long MostText = 16L << 20;

    /// <summary>Squares of line lengths that one pattern's regex may be tried on: bounds the time hostile lines can take, and is never met by real ones.</summary>
    private const long MostEffort = 200_000_000_000;

    private readonly PatternIndex _index;
    private readonly bool[] _found;
    private readonly long[] _effort;
    private readonly char[] _chars = new char[LineFeed.LongestPiece];
    private long _text;

    public Sieve(PatternIndex index)
    {
        _index = index;
        _found = new bool[index.Literals];
        _effort = new long[index.Patterns.Count];
    }

    /// <summary>All of one file. What it held comes back as facts, its lines in their order.</summary>
    public IReadOnlyList<Fact> Read(string file, LogKind kind, LineFeed feed, DateTimeOffset? written, CancellationToken ct)
    {
        var kept = new SortedDictionary<(int Line, int Piece), LogEvent>();
        var ends = new Dictionary<int, Ends>();
        DateTimeOffset? first = null, last = null;
        var piece = 0;
        while (feed.Next(out var line))
        {
            if ((++piece & 0xFFF) == 0) ct.ThrowIfCancellationRequested();
            if (LineTime.Of(line, written) is { } time)
            {
                first ??= time;
                last = time;
            }
            if (!_index.Automaton.Search(line, _found)) continue;
            Take(file, kind, line, (feed.Number, piece), last, kept, ends);
        }
        var facts = new List<Fact> { new($"{FactNames.FileKind}:{file}", LineFact.TextOf(kind), file, default), new($"{FactNames.FileLines}:{file}", $"{feed.Number}", file, default) };
        if (first is not null) facts.Add(new($"{FactNames.FileFirst}:{file}", $"{first:O}", file, default));
        if (last is not null) facts.Add(new($"{FactNames.FileLast}:{file}", $"{last:O}", file, default));
        facts.AddRange(kept.Values.Select(e => LineFact.Of(e.Kind, e.Source, e.Line, e.Time, e.Text)));
        return facts;
    }

    private void Take(
        string file, LogKind kind, ReadOnlySpan<byte> line, (int, int) place, DateTimeOffset? time,
        SortedDictionary<(int, int), LogEvent> kept, Dictionary<int, Ends> ends)
    {
        LogEvent? made = null;
        var length = -1;
        for (var literal = 0; literal < _found.Length; literal++)
        {
            if (!_found[literal]) continue;
            _found[literal] = false;
            foreach (var index in _index.PatternsOf[literal])
            {
                var pattern = _index.Patterns[index];
                if (!pattern.LooksIn(kind) || _effort[index] > MostEffort) continue;
                if (length < 0) length = Clean(line);
                _effort[index] += (long)length * length;
                if (!pattern.MatchesText(_chars.AsSpan(0, length))) continue;
                var of = ends.TryGetValue(index, out var e) ? e : ends[index] = new();
                if (!of.Takes(place, out var dropped)) continue;
                if (dropped is { } gone && kept.TryGetValue(gone, out var old) && ends.Values.All(x => !x.Holds(gone)))
                {
                    kept.Remove(gone);
                    _text -= old.Text.Length;
                }
                if (made is not null) continue;
                if (_text > MostText) continue;
                made = kept.GetValueOrDefault(place) ?? new(kind, file, place.Item1, time, new string(_chars, 0, length), 0);
                kept[place] = made;
                _text += length;
            }
        }
    }

    /// <summary>As UTF-16 without control characters: what is quoted later must not steer anybody's terminal.</summary>
    private int Clean(ReadOnlySpan<byte> line)
    {
        var length = Encoding.UTF8.GetChars(line, _chars);
        var at = 0;
        for (var i = 0; i < length; i++)
        {
            var c = _chars[i];
            if (c == '\u001b' && i + 1 < length && _chars[i + 1] == '[')
            {
                // A colour or movement of the cursor, as systemctl prints.
                for (i += 2; i < length && !char.IsAsciiLetter(_chars[i]); i++)
                {
                }
                continue;
            }
            _chars[at++] = c == '\t' ? ' ' : char.IsControl(c) || char.IsSurrogate(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' ? '\ufffd' : c;
        }
        while (at > 0 && _chars[at - 1] == ' ') at--;
        return at;
    }

    /// <summary>Places of the first and last hits of one pattern in one file.</summary>
    private sealed class Ends
    {
        private readonly List<(int, int)> _first = new(4);
        private readonly Queue<(int, int)> _last = new(4);

        /// <returns>False: the place is known.</returns>
        public bool Takes((int, int) place, out (int, int)? dropped)
        {
            dropped = null;
            if ((_first.Count > 0 && _first[^1] == place) || (_last.Count > 0 && _newest == place)) return false;
            if (_first.Count < Hits.EachEnd)
            {
                _first.Add(place);
                return true;
            }
            if (_last.Count == Hits.EachEnd) dropped = _last.Dequeue();
            _last.Enqueue(_newest = place);
            return true;
        }

        public bool Holds((int, int) place) => (_first.Count > 0 && place.CompareTo(_first[^1]) <= 0 && _first.BinarySearch(place) >= 0) || _last.Contains(place);

        private (int, int) _newest;
    }
}
