namespace MediaGateway.Fuzz;

/// <summary>Makes a failing input short, so that it can stand in a test.</summary>
internal static class Shortener
{
    private const int MostAttempts = 4000;

    /// <summary>The failure with the shortest input found that fails in the same way.</summary>
    public static FuzzFailureException Shorten(FuzzTarget target, FuzzFailureException failure, string origin)
    {
        int attempts = 0;
        FuzzFailureException best = failure;
        for (int block = failure.Input.Length / 2; block > 0; block /= 2)
        {
            for (int start = 0; start + block <= best.Input.Length && attempts < MostAttempts; attempts++)
            {
                byte[] shorter = [.. best.Input[..start], .. best.Input[(start + block)..]];
                if (Try(target, shorter, origin) is { } found && IsSame(found, failure))
                {
                    best = found;
                }
                else
                {
                    start += block;
                }
            }
        }

        return best;
    }

    private static bool IsSame(FuzzFailureException one, FuzzFailureException other) =>
        one.InnerException?.GetType() == other.InnerException?.GetType()
        && one.InnerException?.StackTrace?.Split('\n')[0] == other.InnerException?.StackTrace?.Split('\n')[0];

    private static FuzzFailureException? Try(FuzzTarget target, byte[] input, string origin)
    {
        try
        {
            FuzzRun.RunInput(target, input, $"{origin}, shortened");
            return null;
        }
        catch (FuzzFailureException failure)
        {
            return failure;
        }
    }
}
