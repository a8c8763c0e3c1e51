namespace Stillpoint.Cli.Grammar;

internal static class NearestWord
{
    /// <summary>The one that differs in the fewest letters, at most two (and fewer than half of the word); null: none is near.</summary>
    public static string? Find(string word, IEnumerable<string> candidates) => candidates
        .Select(c => (Word: c, Distance: Distance(word, c)))
        .Where(c => c.Distance <= 2 && c.Distance * 2 < word.Length)
        .OrderBy(c => c.Distance)
        .Select(c => c.Word)
        .FirstOrDefault();

    /// <summary>Letters to add, remove or replace (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
