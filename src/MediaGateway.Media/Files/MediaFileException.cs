namespace MediaGateway.Media.Files;

/// <summary>A media file cannot be read, or not any longer; the message says in words why and holds nothing of the file's path.</summary>
public sealed class MediaFileException(string message) : Exception(message);
